using SimClr.Distributed;
using static TorchSharp.torch;

namespace SimClr.RankProgram;

/// <summary>
/// The contract of every communicator. All ranks call each check, which throws if the contract is broken.
/// </summary>
internal static class CommunicatorChecks
{
    private const int Small = 8;

    private static readonly ScalarType[] Types = [float32, float64, bfloat16, int64, uint8];

    private static readonly Action<ICommunicator>[] Checks =
    [
        Sums, SumsOfMany, SumsHaveTheSameBytes, SumsOfNothing, SumsIntoLeaves, Gathers, Broadcasts, Background,
        BackgroundBesideForeground, Refuses, Pieces, CountsTime,
    ];

    /// <summary>Runs all checks.</summary>
    /// <returns>The number of checks.</returns>
    public static int All(ICommunicator ranks)
    {
        foreach (Action<ICommunicator> check in Checks)
        {
            check(ranks);
            ranks.Barrier();
        }

        return Checks.Length;
    }

    private static void Sums(ICommunicator ranks)
    {
        foreach (ScalarType type in Types)
        {
            using Tensor values = Numbers(ranks.Rank, type, 3, 4);
            using Tensor expected = zeros(3, 4, dtype: type);
            for (int rank = 0; rank < ranks.Size; rank++)
            {
                using Tensor other = Numbers(rank, type, 3, 4);
                expected.add_(other);
            }

            ranks.AllReduce(values);
            Expect(values, expected, $"sum of {type}");
        }
    }

    private static void SumsOfMany(ICommunicator ranks)
    {
        using Tensor values = full(1_000_003, ranks.Rank + 1f);
        using Tensor expected = full(1_000_003, ranks.Size * (ranks.Size + 1) / 2f);
        ranks.AllReduce(values);
        Expect(values, expected, "sum of many");
    }

    private static void SumsHaveTheSameBytes(ICommunicator ranks)
    {
        using Tensor values = linspace(0.1, 1, 999, float32);
        values.mul_(1 + (0.37f * ranks.Rank)).sin_();
        ranks.AllReduce(values);
        using Tensor all = zeros(ranks.Size * 999);
        ranks.AllGather(values, all);
        using Tensor expected = values.repeat(ranks.Size);
        Expect(all, expected, "the same bytes on every rank");
    }

    private static void SumsOfNothing(ICommunicator ranks)
    {
        using Tensor values = zeros(0);
        ranks.AllReduce(values);
        ranks.Broadcast(values);
        ranks.AllGather(values, values);
    }

    private static void SumsIntoLeaves(ICommunicator ranks)
    {
        using Tensor weights = ones(5, requires_grad: true);
        ranks.AllReduce(weights);
        ranks.Broadcast(weights);
        using Tensor expected = full(5, (float)ranks.Size);
        Expect(weights.detach(), expected, "sum of a parameter");
    }

    private static void Gathers(ICommunicator ranks)
    {
        foreach (ScalarType type in Types)
        {
            using Tensor mine = Numbers(ranks.Rank, type, 2, 3);
            using Tensor all = zeros(2 * ranks.Size, 3, dtype: type);
            ranks.AllGather(mine, all);
            for (int rank = 0; rank < ranks.Size; rank++)
            {
                using Tensor part = all.narrow(0, 2 * rank, 2);
                using Tensor expected = Numbers(rank, type, 2, 3);
                Expect(part, expected, $"rank {rank}'s part of {type}");
            }
        }
    }

    private static void Broadcasts(ICommunicator ranks)
    {
        for (int root = 0; root < ranks.Size; root++)
        {
            foreach (ScalarType type in Types)
            {
                using Tensor values = Numbers(ranks.Rank, type, 7);
                using Tensor expected = Numbers(root, type, 7);
                ranks.Broadcast(values, root);
                Expect(values, expected, $"rank {root}'s {type}");
            }
        }
    }

    private static void Background(ICommunicator ranks)
    {
        Tensor[] values = [.. Enumerable.Range(1, 20).Select(i => full(i * 100, (float)i))];
        IPendingCommunication[] pending = [.. values.Select(ranks.BeginAllReduce)];
        foreach (IPendingCommunication one in pending.Reverse())
        {
            one.Wait();
            one.Wait();
        }

        for (int i = 0; i < values.Length; i++)
        {
            using Tensor expected = full((i + 1) * 100, (i + 1f) * ranks.Size);
            Expect(values[i], expected, $"background {i}");
            values[i].Dispose();
        }

        using Tensor half = full(3, 0.5f, dtype: bfloat16);
        ranks.BeginAllReduce(half).Wait();
        using Tensor sum = full(3, 0.5f * ranks.Size, dtype: bfloat16);
        Expect(half, sum, "background bfloat16");
    }

    private static void BackgroundBesideForeground(ICommunicator ranks)
    {
        for (int round = 0; round < 20; round++)
        {
            using Tensor behind = ones(50_000);
            using Tensor before = full(10, 2f);
            IPendingCommunication pending = ranks.BeginAllReduce(behind);
            ranks.AllReduce(before);
            pending.Wait();
            using Tensor ones1 = full(50_000, (float)ranks.Size);
            using Tensor twos = full(10, 2f * ranks.Size);
            Expect(behind, ones1, "behind");
            Expect(before, twos, "before");
        }
    }

    private static void Refuses(ICommunicator ranks)
    {
        if (ranks is SingleProcess)
        {
            return;
        }

        using Tensor square = zeros(2, 2);
        using Tensor turned = square.t();
        using Tensor other = zeros(3, 2);
        using Tensor flags = zeros(2, dtype: ScalarType.Bool);
        Throws(() => ranks.AllReduce(turned), "not contiguous");
        Throws(() => ranks.AllReduce(flags), "a type that is not carried");
        Throws(() => ranks.AllGather(square, other), "no room for all");
    }

    private static void Pieces(ICommunicator ranks)
    {
        if (ranks is not Mpi mpi)
        {
            return;
        }

        int usual = mpi.PieceBytes;
        mpi.PieceBytes = Small;
        try
        {
            Sums(ranks);
            Gathers(ranks);
            Broadcasts(ranks);
        }
        finally
        {
            mpi.PieceBytes = usual;
        }
    }

    private static void CountsTime(ICommunicator ranks)
    {
        (TimeSpan communicated, TimeSpan waited) = (ranks.CommunicationTime, ranks.WaitTime);
        using Tensor values = ones(1000);

        // The last rank to arrive at a call waits for nobody; no rank is last every time.
        for (int i = 0; i < 50; i++)
        {
            ranks.AllReduce(values);
        }

        if (ranks is not SingleProcess && (ranks.CommunicationTime <= communicated || ranks.WaitTime <= waited))
        {
            throw new InvalidOperationException("the time of an all-reduce is not counted");
        }
    }

    private static Tensor Numbers(int rank, ScalarType type, params long[] shape)
    {
        long count = shape.Aggregate(1L, (product, length) => product * length);
        using Tensor line = arange(count, dtype: float32);
        using Tensor numbers = line.add_(rank).to(type);
        return numbers.reshape(shape);
    }

    private static void Expect(Tensor got, Tensor expected, string what)
    {
        if (!got.equal(expected).all().item<bool>() || got.numel() != expected.numel())
        {
            throw new InvalidOperationException(
                $"{what}: got {got.ToString(TorchSharp.TensorStringStyle.Numpy)}, expected "
                    + $"{expected.ToString(TorchSharp.TensorStringStyle.Numpy)}");
        }
    }

    private static void Throws(Action refused, string what)
    {
        try
        {
            refused();
        }
        catch (Exception error) when (error is not CommunicationException)
        {
            return;
        }

        throw new InvalidOperationException($"{what} is not refused");
    }
}

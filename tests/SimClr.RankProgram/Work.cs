using System.Runtime.CompilerServices;
using SimClr.Distributed;
using static TorchSharp.torch;

namespace SimClr.RankProgram;

/// <summary>The work of ranks during a disturbance from outside.</summary>
internal static class Work
{
    public static void Endless(ICommunicator ranks, Action underWay)
    {
        using Tensor values = ones(100_000);
        for (int step = 0; ; step++)
        {
            ranks.BeginAllReduce(values).Wait();
            ranks.AllReduce(values);
            values.fill_(1);
            if (step == 10)
            {
                underWay();
            }
        }
    }

    public static void Late(ICommunicator ranks, int late)
    {
        ranks.Barrier();
        if (ranks.Rank == late)
        {
            Thread.Sleep(Timeout.Infinite);
        }

        ranks.Barrier();
    }

    public static void Abort(ICommunicator ranks, int who, int code)
    {
        ranks.Barrier();
        if (ranks.Rank == who)
        {
            ranks.Abort(code);
        }

        ranks.Barrier();
    }

    /// <summary>
    /// The calls of a backward pass on its own thread, if only one thread may call MPI: sums started there are computed
    /// when they are awaited, and other calls are refused.
    /// </summary>
    public static void FromAnotherThread(ICommunicator ranks)
    {
        using Tensor first = ones(3);
        using Tensor second = ones(3);
        IPendingCommunication[] begun = [];
        string refused = "";
        var backward = new Thread(() =>
        {
            begun = [ranks.BeginAllReduce(first), ranks.BeginAllReduce(second)];
            try
            {
                ranks.AllReduce(first);
            }
            catch (CommunicationException error)
            {
                refused = error.Message;
            }
        });
        backward.Start();
        backward.Join();
        bool untouched = first[0].item<float>() == 1;
        Array.ForEach(begun, sum => sum.Wait());
        if (!untouched || !refused.Contains("thread level", StringComparison.Ordinal)
            || first[0].item<float>() != ranks.Size || second[0].item<float>() != ranks.Size)
        {
            throw new InvalidOperationException(
                $"sums begun on another thread: {first[0].item<float>()}, "
                    + $"{second[0].item<float>()}; refused: '{refused}'");
        }
    }

    /// <summary>Throws and catches a NullReferenceException.</summary>
    public static void Throw()
    {
        try
        {
            LengthOf(null!);
        }
        catch (NullReferenceException)
        {
            // The runtime turns a segmentation fault into this exception.
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int LengthOf(string text) => text.Length;
}

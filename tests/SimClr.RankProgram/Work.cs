using System.Runtime.CompilerServices;
using SimClr.Distributed;
using static TorchSharp.torch;

namespace SimClr.RankProgram;

/// <summary>What ranks do while something is done to them.</summary>
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
    /// What a backward pass does that has a thread of its own, where MPI lets one thread alone call it: sums that are begun
    /// there are made when they are waited for, and others are refused.
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
            throw new InvalidOperationException($"sums begun on another thread: {first[0].item<float>()}, {second[0].item<float>()}; refused: '{refused}'");
        }
    }

    /// <summary>Throws a null reference and catches it.</summary>
    public static void Throw()
    {
        try
        {
            LengthOf(null!);
        }
        catch (NullReferenceException)
        {
            // Which the runtime makes of a segmentation fault.
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int LengthOf(string text) => text.Length;
}

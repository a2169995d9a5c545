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

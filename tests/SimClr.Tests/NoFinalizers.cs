using System.Runtime.CompilerServices;

namespace SimClr.Tests;

/// <summary>
/// Tests write numbers and sums as TorchSharp lets them be written, and its scalars are freed by their finalizers even while
/// libtorch works with them (see src/SimClr/Internals/Scalars.cs, which the library itself keeps to). Other tests beside them
/// collect memory. So no finalizer runs in this process: the first one waits.
/// </summary>
internal sealed class NoFinalizers
{
    private static ManualResetEventSlim gate = new();

    private readonly ManualResetEventSlim mine = gate;

    private NoFinalizers()
    {
    }

    ~NoFinalizers() => mine.Wait();

#pragma warning disable CA2255 // Before any test, which nothing else is.
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void Begin()
    {
        Leave();
        GC.Collect();
    }

    /// <summary>Lets them run meanwhile: where libtorch gets no memory, TorchSharp waits for them.</summary>
    internal static void Pause(Action action)
    {
        gate.Set();
        try
        {
            action();
        }
        finally
        {
            gate = new();
            Begin();
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Leave() => _ = new NoFinalizers();
}

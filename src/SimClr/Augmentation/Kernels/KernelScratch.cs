namespace SimClr.Augmentation;

/// <summary>Memory of one thread that views are made in; it grows to what the largest needs and is used again.</summary>
internal sealed unsafe class KernelScratch
{
    private const int Line = 64;

    [ThreadStatic]
    private static KernelScratch? threadInstance;

    private float[] memory = [];

    public static KernelScratch ForThread => threadInstance ??= new KernelScratch();

    /// <summary>Tables for this view only.</summary>
    public ResampleTaps Across { get; } = new();

    public ResampleTaps Down { get; } = new();

    /// <summary>Floats of any value, at the start of a cache line; valid until the next call.</summary>
    public float* Reserve(int floats)
    {
        if (memory.Length < floats + Line)
        {
            memory = GC.AllocateUninitializedArray<float>(floats + Line, pinned: true);
        }

        nint address = (nint)System.Runtime.CompilerServices.Unsafe.AsPointer(ref memory[0]);
        return (float*)((address + Line - 1) & -Line);
    }
}

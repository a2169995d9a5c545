namespace SimClr.Augmentation;

/// <summary>
/// A thread's working memory for rendering views. It grows to the largest size needed and is reused.
/// </summary>
internal sealed unsafe class KernelScratch
{
    private const int Line = 64;

    [ThreadStatic]
    private static KernelScratch? threadInstance;

    private float[] memory = [];

    public static KernelScratch ForThread => threadInstance ??= new KernelScratch();

    /// <summary>A table for the current view only.</summary>
    public ResampleTaps Across { get; } = new();

    public ResampleTaps Down { get; } = new();

    /// <summary>
    /// Returns floats with arbitrary contents, aligned to a cache line; valid until the next call.
    /// </summary>
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

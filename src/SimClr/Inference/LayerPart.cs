namespace SimClr.Inference;

/// <summary>
/// One thread's part of a layer: a range of the pixels, and a range of the outputs. A number's bits do not depend on
/// the part that computes it.
/// </summary>
/// <param name="Pixel">The number of the range of pixels.</param>
/// <param name="Pixels">The number of ranges of pixels.</param>
/// <param name="Output">The number of the range of outputs.</param>
/// <param name="Outputs">The number of ranges of outputs.</param>
internal readonly record struct LayerPart(int Pixel, int Pixels, int Output, int Outputs)
{
    /// <summary>The whole layer.</summary>
    public static readonly LayerPart Whole = new(0, 1, 0, 1);

    /// <summary>Divides a layer.</summary>
    /// <param name="number">0 ≤ number &lt; threads.</param>
    /// <param name="threads">The number of parts.</param>
    /// <param name="byOutputs">
    /// Whether to divide the outputs first, so that each thread reads its own weights; otherwise the pixels.
    /// </param>
    /// <param name="panels">The number of units into which the outputs can be divided.</param>
    public static LayerPart Create(int number, int threads, bool byOutputs, int panels)
    {
        int outputs = byOutputs ? Math.Min(threads, panels) : 1;
        int pixels = threads / outputs;
        return new LayerPart(number / outputs, pixels, number % outputs, outputs);
    }

    /// <summary>The range of pixels, or of rows or tiles of them. Empty for a number past the last part.</summary>
    public (nint First, nint End) PixelsOf(nint count)
        => Pixel < Pixels ? (count * Pixel / Pixels, count * (Pixel + 1) / Pixels) : (count, count);

    /// <summary>The range of outputs, in whole units.</summary>
    public (int First, int End) OutputsOf(int count, int unit)
    {
        int units = (count + unit - 1) / unit;
        return (units * Output / Outputs * unit, Math.Min(count, units * (Output + 1) / Outputs * unit));
    }
}

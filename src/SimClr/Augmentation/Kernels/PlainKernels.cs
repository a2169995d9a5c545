using System.Runtime.InteropServices;
using SimClr.Data;
using SimClr.Internals;

namespace SimClr.Augmentation;

/// <summary>The reference implementation: one operation after another, each over the whole view.</summary>
internal sealed class PlainKernels(ViewOptions options) : ViewKernels(options)
{
    [ThreadStatic]
    private static float[]? workspace;

    private protected override void Draw(
        RgbImage image, in Placement place, in ViewParameters draws, bool bfloat16, Span<byte> destination)
    {
        int floats = 3 * Size * Size;
        int needed = (2 * floats) + GaussianBlur.Scratch(Size, Size, Kernel);
        if (workspace is null || workspace.Length < needed)
        {
            workspace = new float[needed];
        }

        Span<float> planes = workspace.AsSpan(0, floats);
        Span<float> pixels = workspace.AsSpan(floats, floats);
        Span<float> scratch = workspace.AsSpan(2 * floats);
        Resampling.Apply(
            image, place.Box, place.Height, place.Width, place.Top, place.Left, Size, Bicubic, antialias: true, planes);
        if (draws.Flip)
        {
            HorizontalFlip.Apply(planes, Size);
        }

        if (draws.Jitter)
        {
            ColorDistortion.Apply(planes, draws, scratch);
        }

        if (draws.Gray)
        {
            Grayscale.Apply(planes);
        }

        if (draws.BlurSigma > 0)
        {
            GaussianBlur.Apply(planes, Size, Size, Kernel, draws.BlurSigma, scratch);
        }

        // Weights sum to 1 only within rounding, so that results may exceed the range by as much.
        Clamp.ToUnit(planes);
        if (!bfloat16)
        {
            Writer.Write(planes, MemoryMarshal.Cast<byte, float>(destination));
            return;
        }

        Writer.Write(planes, pixels);
        BFloat16.Round(pixels, MemoryMarshal.Cast<byte, ushort>(destination));
    }
}

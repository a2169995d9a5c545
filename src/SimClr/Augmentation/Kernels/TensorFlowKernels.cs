using System.Runtime.InteropServices;
using SimClr.Data;
using SimClr.Internals;

namespace SimClr.Augmentation;

/// <summary>
/// The views of TensorFlow's operations (<see cref="ViewLibrary"/>), one operation after another, each over the whole
/// view. Pixels beyond [0, 1], which bicubic interpolation can leave, are clipped only with the colors, as in the
/// authors' code.
/// </summary>
internal sealed class TensorFlowKernels(ViewOptions options) : ViewKernels(options)
{
    [ThreadStatic]
    private static float[]? workspace;

    private readonly ViewLibrary library = options.Library;

    private protected override void Draw(
        RgbImage image, in Placement place, in ViewParameters draws, bool bfloat16, Span<byte> destination)
    {
        if (place.Height != Size || place.Width != Size || place.Top != 0 || place.Left != 0)
        {
            throw new NotSupportedException(
                $"the operations of {library.Text()} make whole views, not a window of a resized image");
        }

        int floats = 3 * Size * Size;
        if (workspace is null || workspace.Length < 2 * floats)
        {
            workspace = new float[2 * floats];
        }

        Span<float> planes = workspace.AsSpan(0, floats);
        Span<float> scratch = workspace.AsSpan(floats, floats);
        Resampling.Apply(image, place.Box, Taps(place.Box.Width), Taps(place.Box.Height), Size, planes);
        if (draws.Flip)
        {
            HorizontalFlip.Apply(planes, Size);
        }

        if (draws.Jitter)
        {
            TensorFlowColors.Apply(planes, draws, library);
        }

        if (draws.Gray)
        {
            Grayscale.Apply(planes);
        }

        Clamp.ToUnit(planes);
        if (draws.BlurSigma > 0)
        {
            ZeroPaddedBlur.Apply(planes, Size, Kernel, draws.BlurSigma, scratch);
            Clamp.ToUnit(planes);
        }

        if (!bfloat16)
        {
            Writer.Write(planes, MemoryMarshal.Cast<byte, float>(destination));
            return;
        }

        Writer.Write(planes, scratch);
        BFloat16.Round(scratch, MemoryMarshal.Cast<byte, ushort>(destination));
    }

    private ResampleTaps Taps(int source)
        => TensorFlowTaps.Create(source, Size, Bicubic, halfPixelCenters: library != ViewLibrary.SimClrV1);
}

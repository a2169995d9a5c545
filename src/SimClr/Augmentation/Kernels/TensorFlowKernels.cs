using SimClr.Data;
using SimClr.Internals;

namespace SimClr.Augmentation;

/// <summary>
/// Views by TensorFlow's operations (<see cref="ViewLibrary"/>). Operations without a counterpart there are the plain
/// ones. Values beyond [0, 1], which cubic weights can leave, are clipped with the colors or after them, as in the
/// authors' code.
/// </summary>
internal sealed class TensorFlowKernels(ViewOptions options) : PlainKernels(options)
{
    private readonly ViewLibrary library = options.Library;

    private protected override void Resize(RgbImage image, in Placement place, Span<float> planes)
    {
        if (place.Height != Size || place.Width != Size || place.Top != 0 || place.Left != 0)
        {
            throw new NotSupportedException(
                $"the operations of {library.Text()} make whole views, not a window of a resized image");
        }

        Resampling.Apply(image, place.Box, Taps(place.Box.Width), Taps(place.Box.Height), Size, planes);
    }

    private protected override void Apply(
        ViewOperation operation, in ViewParameters draws, Span<float> planes, Span<float> scratch)
    {
        switch (operation)
        {
            case ViewOperation.Crop when draws.Further.Crop is { Width: > 0 } box:
                Resampling.Apply(planes, Size, box, Taps(box.Width), Taps(box.Height), scratch);
                break;
            case ViewOperation.Color when draws.Jitter:
                TensorFlowColors.Apply(planes, draws, library);
                break;
            case ViewOperation.Blur when draws.BlurSigma > 0:
                Clamp.ToUnit(planes);
                ZeroPaddedBlur.Apply(planes, Size, Kernel, draws.BlurSigma, scratch);
                break;
            case ViewOperation.Crop or ViewOperation.Flip or ViewOperation.Color or ViewOperation.Gray
                or ViewOperation.Blur:
                base.Apply(operation, draws, planes, scratch);
                break;
            default:
                Clamp.ToUnit(planes);
                base.Apply(operation, draws, planes, scratch);
                break;
        }
    }

    private ResampleTaps Taps(int source)
        => TensorFlowTaps.Create(source, Size, Bicubic, halfPixelCenters: library != ViewLibrary.SimClrV1);
}

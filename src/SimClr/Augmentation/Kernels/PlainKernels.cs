using System.Runtime.InteropServices;
using SimClr.Data;
using SimClr.Internals;

namespace SimClr.Augmentation;

/// <summary>The reference implementation: one operation after another, each over the whole view.</summary>
internal class PlainKernels(ViewOptions options) : ViewKernels(options)
{
    [ThreadStatic]
    private static float[]? workspace;

    private int Floats => 3 * Size * Size;

    /// <summary>Renders the first operations of a view with faster kernels, and the others here.</summary>
    /// <param name="first">Kernels without normalization.</param>
    /// <param name="image">The source.</param>
    /// <param name="place">The position in the image.</param>
    /// <param name="draws">The draws; their operations are not null.</param>
    /// <param name="bfloat16">Whether to write bfloat16 numbers instead of floats.</param>
    /// <param name="destination">The view, as for <see cref="ViewKernels.Render"/>.</param>
    public void Continue(
        ViewKernels first,
        RgbImage image,
        in Placement place,
        in ViewParameters draws,
        bool bfloat16,
        Span<byte> destination)
    {
        Span<float> memory = Reserve();
        Span<float> planes = memory[..Floats];
        Span<float> pixels = memory.Slice(Floats, Floats);
        OperationList operations = draws.Operations!;
        int done = draws.Further.Crop.Width > 0 && operations.FirstIs(ViewOperation.Crop) ? 0 : operations.InPaperOrder;
        first.Render(
            image,
            place,
            draws.Only(operations.Span[..done]) with { Operations = null },
            bfloat16: false,
            MemoryMarshal.AsBytes(pixels));
        PixelWriter.Split(pixels, planes);
        Finish(operations.Span[done..], draws, memory, bfloat16, destination);
    }

    private protected override void Draw(
        RgbImage image, in Placement place, in ViewParameters draws, bool bfloat16, Span<byte> destination)
    {
        Span<float> memory = Reserve();
        Resize(image, place, memory[..Floats]);
        Finish((draws.Operations ?? OperationList.Paper).Span, draws, memory, bfloat16, destination);
    }

    /// <summary>Returns room for the planes, the pixels and the scratch of the operations.</summary>
    private Span<float> Reserve()
    {
        int needed = (2 * Floats) + Math.Max(GaussianBlur.Scratch(Size, Size, Kernel), (Size + 2) * (Size + 2));
        needed = Math.Max(needed, (2 * Floats) + MotionBlur.Scratch(Size, MotionLength));
        if (workspace is null || workspace.Length < needed)
        {
            workspace = new float[needed];
        }

        return workspace;
    }

    private void Finish(
        ReadOnlySpan<ViewOperation> operations,
        in ViewParameters draws,
        Span<float> memory,
        bool bfloat16,
        Span<byte> destination)
    {
        Span<float> planes = memory[..Floats];
        Span<float> pixels = memory.Slice(Floats, Floats);
        Span<float> scratch = memory[(2 * Floats)..];
        foreach (ViewOperation operation in operations)
        {
            Apply(operation, draws, planes, scratch);
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

    private protected virtual void Resize(RgbImage image, in Placement place, Span<float> planes)
        => Resampling.Apply(
            image, place.Box, place.Height, place.Width, place.Top, place.Left, Size, Bicubic, antialias: true, planes);

    /// <summary>Applies an operation if it is drawn.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="draws">The draws of the view.</param>
    /// <param name="planes">Red, green and blue planes, changed in place.</param>
    /// <param name="scratch">Room for one plane, and for the blur.</param>
    private protected virtual void Apply(
        ViewOperation operation, in ViewParameters draws, Span<float> planes, Span<float> scratch)
    {
        FurtherDraws further = draws.Further;
        switch (operation)
        {
            case ViewOperation.Crop when further.Crop.Width > 0:
                Resampling.Apply(planes, Size, further.Crop, Bicubic, scratch);
                break;
            case ViewOperation.Flip when draws.Flip:
                HorizontalFlip.Apply(planes, Size);
                break;
            case ViewOperation.Color when draws.Jitter:
                ColorDistortion.Apply(planes, draws, scratch);
                break;
            case ViewOperation.Gray when draws.Gray:
                Grayscale.Apply(planes);
                break;
            case ViewOperation.Blur when draws.BlurSigma > 0:
                GaussianBlur.Apply(planes, Size, Size, Kernel, draws.BlurSigma, scratch);
                break;
            case ViewOperation.Cutout:
                Cutout.Apply(planes, Size, further.Cutout);
                break;
            case ViewOperation.Rotate:
                QuarterTurn.Apply(planes, Size, further.QuarterTurns, scratch);
                break;
            case ViewOperation.Noise when further.NoiseSigma > 0:
                GaussianNoise.Apply(planes, further.NoiseSigma, further.NoiseSeed);
                break;
            case ViewOperation.Sobel when further.Sobel:
                Sobel.Apply(planes, Size, scratch);
                break;
            case ViewOperation.Equalize when further.Equalize:
                Equalize.Apply(planes);
                break;
            case ViewOperation.Solarize when further.Solarize:
                Solarize.Apply(planes, SolarizeThreshold);
                break;
            case ViewOperation.MotionBlur when further.MotionAngle is { } angle:
                MotionBlur.Apply(planes, Size, MotionLength, angle, scratch);
                break;
            case ViewOperation.AutoAugment when further.AutoAugment is { } pair:
                AutoAugment.Apply(planes, Size, Policy, pair, scratch);
                break;
        }
    }
}

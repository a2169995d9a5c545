using SimClr.Data;

namespace SimClr.Augmentation;

/// <summary>
/// Renders views in two passes over the rows. The first does crop, resize, flip and the colors before the contrast,
/// whose mean needs the whole view. The second does the remaining colors, grayscale, blur and the final output format.
/// Without contrast, the first pass applies no colors. Of a view with further operations or another
/// order, the first operations are rendered so, and the others by <see cref="PlainKernels"/>.
/// </summary>
internal sealed unsafe class FusedKernels<T>(ViewOptions options) : ViewKernels(options)
    where T : struct, ILanes<T>
{
    // Tables for boxes up to this side are cached: 512 tables of a few kilobytes each.
    private const int MaxCachedSize = 512;

    private readonly int stride = Lanes.RoundUp(options.Size);
    private readonly PlainKernels plain = new(options);
    private readonly FusedKernels<T>? withoutNormalization =
        options.Normalize == Normalization.None ? null : new(options with { Normalize = Normalization.None });

    private readonly ResampleTaps?[] cache = new ResampleTaps?[MaxCachedSize + 1];

    private protected override void Draw(
        RgbImage image, in Placement place, in ViewParameters draws, bool bfloat16, Span<byte> destination)
    {
        if (draws.Operations is not null)
        {
            plain.Continue(withoutNormalization ?? this, image, place, draws, bfloat16, destination);
            return;
        }

        KernelScratch scratch = KernelScratch.ForThread;
        ResampleTaps across = Taps(place.Box.Width, place.Width, place.Left, scratch.Across);
        ResampleTaps down = Taps(place.Box.Height, place.Height, place.Top, scratch.Down);
        int columns = 3 * (across.End - across.First);
        int source = Lanes.RoundUp(columns + 1);
        int view = 3 * stride * Size;
        float* memory = scratch.Reserve(source + view + (6 * stride) + FusedBlur<T>.Floats(stride, Kernel));
        float* rows = memory + source;
        float* pixels = rows + view;

        Span<ColorStep> steps = stackalloc ColorStep[ColorStep.MaxSteps];
        steps = steps[..ColorStep.Fill(draws, steps, out int contrast)];
        double luma = 0;
        fixed (byte* bytes = image.Pixels)
        fixed (int* starts = across.Starts)
        fixed (float* acrossWeights = across.Weights, downWeights = down.Weights)
        {
            byte* corner = bytes + (3 * ((place.Box.Top * (nint)image.Width) + place.Box.Left + across.First));
            for (int y = 0; y < Size; y++)
            {
                float* row = rows + (3 * stride * y);
                FusedResize<T>.Down(
                    corner + (3 * (nint)image.Width * down.Starts[y]), 3 * (nint)image.Width,
                    downWeights + (y * down.Taps), down.Taps, columns, memory);
                FusedResize<T>.Across(
                    memory - (3 * across.First), starts, acrossWeights, across.Taps, Size, draws.Flip, row, stride);
                luma += FusedColors<T>.Start(row, stride, steps[..contrast]);
            }
        }

        steps = steps[contrast..];
        if (draws.Jitter)
        {
            steps[0].Offset = (1 - draws.Contrast) * (float)(luma / (Size * Size));
        }

        if (draws.BlurSigma > 0)
        {
            Blur(rows, steps, draws.BlurSigma, pixels, bfloat16, destination);
            return;
        }

        for (int y = 0; y < Size; y++)
        {
            float* row = rows + (3 * stride * y);
            FusedColors<T>.ApplySteps(row, stride, steps);
            Write(row, y, pixels, bfloat16, destination);
        }
    }

    private void Blur(
        float* rows, ReadOnlySpan<ColorStep> steps, float sigma, float* pixels, bool bfloat16, Span<byte> destination)
    {
        float* blurred = pixels + (3 * stride);
        var blur = new FusedBlur<T>(Size, stride, Kernel, sigma, blurred + (3 * stride));
        for (int y = 0; y < Size + blur.Radius; y++)
        {
            if (y < Size)
            {
                FusedColors<T>.ApplySteps(rows + (3 * stride * y), stride, steps);
                blur.Across(rows + (3 * stride * y));
            }

            if (y >= blur.Radius)
            {
                blur.Down(rows, y - blur.Radius, blurred);
                Write(blurred, y - blur.Radius, pixels, bfloat16, destination);
            }
        }
    }

    private void Write(float* row, int y, float* pixels, bool bfloat16, Span<byte> destination)
    {
        FusedWriter<T>.Interleave(row, stride, Writer, pixels);
        int bytes = 3 * Size * sizeof(float);
        if (bfloat16)
        {
            FusedWriter<T>.Halve(pixels, 3 * stride);
            bytes /= 2;
        }

        new Span<byte>(pixels, bytes).CopyTo(destination.Slice(y * bytes, bytes));
    }

    /// <summary>Returns the table of one axis: a cached one, or the spare one with new contents.</summary>
    private ResampleTaps Taps(int source, long target, long first, ResampleTaps spare)
    {
        if (source > MaxCachedSize || target != Size || first != 0)
        {
            return spare.Fill(source, target, first, Size, Bicubic, antialias: true);
        }

        // Two threads may both compute the table; either result is valid.
        return Volatile.Read(ref cache[source]) is { } table
            ? table
            : cache[source] = new ResampleTaps().Fill(source, target, first, Size, Bicubic, antialias: true);
    }
}

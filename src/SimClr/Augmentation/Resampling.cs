using System.Numerics.Tensors;
using SimClr.Data;

namespace SimClr.Augmentation;

/// <summary>
/// Cuts a box out of an image and resizes it, as torchvision's <c>resized_crop</c> does: a separable filter, optionally
/// widened when shrinking (antialiasing, as in PIL).
/// </summary>
internal static class Resampling
{
    [ThreadStatic]
    private static float[]? rows;

    /// <summary>
    /// Resizes the box to <paramref name="outHeight"/> × <paramref name="outWidth"/> and writes a window of it.
    /// </summary>
    /// <param name="image">The source.</param>
    /// <param name="box">The crop, within the image.</param>
    /// <param name="outHeight">Rows of the resized box.</param>
    /// <param name="outWidth">Columns of the resized box.</param>
    /// <param name="windowTop">First row written.</param>
    /// <param name="windowLeft">First column written.</param>
    /// <param name="size">Side of the window.</param>
    /// <param name="bicubic">Whether interpolation is bicubic; bilinear otherwise.</param>
    /// <param name="antialias">Whether the filter widens when the box shrinks.</param>
    /// <param name="planes">3 · size · size floats in [0, 1], channel by channel.</param>
    public static void Apply(
        RgbImage image, Box box, long outHeight, long outWidth, long windowTop, long windowLeft, int size,
        bool bicubic, bool antialias, Span<float> planes)
    {
        Apply(
            image,
            box,
            new ResampleTaps().Fill(box.Width, outWidth, windowLeft, size, bicubic, antialias),
            new ResampleTaps().Fill(box.Height, outHeight, windowTop, size, bicubic, antialias),
            size,
            planes);
        Clamp.ToUnit(planes);
    }

    /// <summary>Resizes the box by given taps. Cubic weights can give values outside [0, 1].</summary>
    /// <param name="image">The source.</param>
    /// <param name="box">The crop, within the image.</param>
    /// <param name="across">The taps along a row of the box.</param>
    /// <param name="down">The taps along a column of the box.</param>
    /// <param name="size">Side of the result.</param>
    /// <param name="planes">3 · size · size floats, channel by channel.</param>
    public static void Apply(
        RgbImage image, Box box, ResampleTaps across, ResampleTaps down, int size, Span<float> planes)
    {
        // Only the rows that contribute to the window.
        int firstRow = down.First;
        int height = down.End - firstRow;
        int plane = height * size;
        if (rows is null || rows.Length < 3 * plane)
        {
            rows = new float[3 * plane];
        }

        Span<float> narrow = rows.AsSpan(0, 3 * plane);
        for (int y = 0; y < height; y++)
        {
            int start = 3 * (((box.Top + firstRow + y) * image.Width) + box.Left);
            NarrowRow(image.Pixels.Slice(start, 3 * box.Width), across, narrow, plane, y * size);
        }

        for (int channel = 0; channel < 3; channel++)
        {
            ReadOnlySpan<float> source = narrow.Slice(channel * plane, plane);
            for (int y = 0; y < size; y++)
            {
                Span<float> target = planes.Slice(((channel * size) + y) * size, size);
                target.Clear();
                int start = down.Starts[y];
                ReadOnlySpan<float> weights = down.Weights.Slice(y * down.Taps, down.Taps);
                for (int k = 0; k < weights.Length; k++)
                {
                    TensorPrimitives.MultiplyAdd(
                        source.Slice((start - firstRow + k) * size, size), weights[k], target, target);
                }
            }
        }

        TensorPrimitives.Multiply(planes, 1 / 255f, planes);
    }

    /// <summary>Cuts a box out of a view and resizes it to the size of the view.</summary>
    /// <param name="planes">Planes of size · size values in [0, 1], changed in place.</param>
    /// <param name="size">Side of the view.</param>
    /// <param name="box">The crop, within the view.</param>
    /// <param name="bicubic">Whether interpolation is bicubic; bilinear otherwise.</param>
    /// <param name="scratch">Room for one plane.</param>
    public static void Apply(Span<float> planes, int size, Box box, bool bicubic, Span<float> scratch)
    {
        Apply(
            planes,
            size,
            box,
            new ResampleTaps().Fill(box.Width, size, 0, size, bicubic, antialias: true),
            new ResampleTaps().Fill(box.Height, size, 0, size, bicubic, antialias: true),
            scratch);
        Clamp.ToUnit(planes);
    }

    /// <summary>Cuts a box out of a view and resizes it by given taps.</summary>
    /// <param name="planes">Planes of size · size values, changed in place.</param>
    /// <param name="size">Side of the view.</param>
    /// <param name="box">The crop, within the view.</param>
    /// <param name="across">The taps along a row of the box.</param>
    /// <param name="down">The taps along a column of the box.</param>
    /// <param name="scratch">Room for one plane.</param>
    public static void Apply(
        Span<float> planes, int size, Box box, ResampleTaps across, ResampleTaps down, Span<float> scratch)
    {
        int area = size * size;
        for (int start = 0; start < planes.Length; start += area)
        {
            Span<float> plane = planes.Slice(start, area);
            for (int y = 0; y < box.Height; y++)
            {
                ReadOnlySpan<float> row = plane.Slice(((box.Top + y) * size) + box.Left, box.Width);
                for (int x = 0; x < size; x++)
                {
                    scratch[(y * size) + x] = TensorPrimitives.Dot(
                        row.Slice(across.Starts[x], across.Taps), across.Weights.Slice(x * across.Taps, across.Taps));
                }
            }

            plane.Clear();
            for (int y = 0; y < size; y++)
            {
                Span<float> target = plane.Slice(y * size, size);
                for (int k = 0; k < down.Taps; k++)
                {
                    TensorPrimitives.MultiplyAdd(
                        scratch.Slice((down.Starts[y] + k) * size, size),
                        down.Weights[(y * down.Taps) + k],
                        target,
                        target);
                }
            }
        }
    }

    private static void NarrowRow(
        ReadOnlySpan<byte> pixels, ResampleTaps taps, Span<float> narrow, int plane, int offset)
    {
        for (int x = 0; x < taps.Count; x++)
        {
            ReadOnlySpan<float> weights = taps.Weights.Slice(x * taps.Taps, taps.Taps);
            ReadOnlySpan<byte> source = pixels.Slice(3 * taps.Starts[x], 3 * weights.Length);
            float red = 0, green = 0, blue = 0;
            for (int k = 0; k < weights.Length; k++)
            {
                float weight = weights[k];
                red += weight * source[3 * k];
                green += weight * source[(3 * k) + 1];
                blue += weight * source[(3 * k) + 2];
            }

            narrow[offset + x] = red;
            narrow[plane + offset + x] = green;
            narrow[(2 * plane) + offset + x] = blue;
        }
    }
}

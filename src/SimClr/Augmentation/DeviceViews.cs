using System.Runtime.InteropServices;
using SimClr.Data;
using SimClr.Internals;
using static TorchSharp.torch;

namespace SimClr.Augmentation;

/// <summary>
/// Makes the views of a batch as tensor work on a device: what <see cref="ViewRenderer"/> does view by view, from the
/// same draws, within rounding (1e-5). The host sends the images' bytes, filter taps and draws, and reads nothing back.
/// </summary>
internal sealed class DeviceViews : IDisposable
{
    // Of decoded pixels that are on the device as floats at one time.
    private const long MostFloats = 1 << 26;

    private readonly ViewOptions options;
    private readonly long seed;
    private readonly Device device;
    private readonly ScalarType type;
    private readonly DeviceBlur blur;
    private readonly int viewsPerImage;

    /// <param name="options">How views are made.</param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="device">Where they are made.</param>
    /// <param name="type">The precision of the result.</param>
    /// <param name="viewsPerImage">Views of each image.</param>
    public DeviceViews(ViewOptions options, long seed, string device, ScalarType type, int viewsPerImage = 2)
    {
        this.viewsPerImage = viewsPerImage;
        this.options = options;
        this.seed = seed;
        this.device = TorchSharp.torch.device(device);
        this.type = type;
        blur = new DeviceBlur(options.Size, GaussianBlur.KernelFor(options.Size, options.BlurKernel), this.device);
    }

    /// <summary>The views of each image of a loaded batch, first views first: [V · N, 3, S, S], channels last.</summary>
    public Tensor Render(ImageBatch batch)
    {
        RgbImage[] images = [.. batch.Images];
        ViewParameters[] draws = [.. from view in Enumerable.Range(0, viewsPerImage)
                                     from i in Enumerable.Range(0, images.Length)
                                     select ViewParameters.Draw(
                                         options, images[i].Width, images[i].Height, seed, batch.Epoch, batch.Indices[i], view)];
        return Render(images, draws);
    }

    /// <summary>Views of images by given draws.</summary>
    /// <param name="images">N images of any sizes.</param>
    /// <param name="draws">V · N; the draws of view v of image i at v · N + i.</param>
    /// <returns>[V · N, 3, S, S] in the order of the draws, channels last.</returns>
    public Tensor Render(IReadOnlyList<RgbImage> images, IReadOnlyList<ViewParameters> draws)
    {
        using var scope = NewDisposeScope();
        Tensor planes = Crop(images, draws);
        DeviceColors.Apply(planes, draws);
        blur.Apply(planes, draws);
        planes.clamp_(Scalars.Zero, Scalars.One);
        if (options.Normalize == "imagenet")
        {
            planes.sub_(Channels(PixelWriter.ImageNetMean)).mul_(Channels(PixelWriter.ImageNetScale));
        }

        return planes.permute(0, 2, 3, 1).contiguous().to(type).permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }

    public void Dispose() => blur.Dispose();

    /// <summary>A tensor on the device with values from the host.</summary>
    internal static Tensor Upload<T>(ReadOnlySpan<T> values, ScalarType type, Device device, params long[] shape)
        where T : unmanaged
    {
        Tensor host = empty(shape, type, CPU);
        values.CopyTo(MemoryMarshal.Cast<byte, T>(host.bytes));
        return host.to(device);
    }

    private Tensor Channels(float[] values) => Upload<float>(values, ScalarType.Float32, device, 1, 3, 1, 1);

    /// <summary>Crop, resize and flip, for images of one size at a time.</summary>
    private Tensor Crop(IReadOnlyList<RgbImage> images, IReadOnlyList<ViewParameters> draws)
    {
        int views = draws.Count / images.Count;
        Tensor planes = empty([draws.Count, 3, options.Size, options.Size], ScalarType.Float32, device);
        foreach (var size in Enumerable.Range(0, images.Count).GroupBy(i => (images[i].Width, images[i].Height)))
        {
            int most = (int)Math.Max(1, MostFloats / (3L * size.Key.Width * size.Key.Height));
            foreach (int[] places in size.Chunk(most))
            {
                using var scope = NewDisposeScope();
                int[] rows = [.. from view in Enumerable.Range(0, views) from i in places select (view * images.Count) + i];
                ViewParameters[] own = [.. rows.Select(row => draws[row])];
                Tensor made = Crop([.. places.Select(i => images[i])], own, size.Key.Width, size.Key.Height, views);
                planes.index_copy_(0, Upload<long>([.. rows.Select(row => (long)row)], ScalarType.Int64, device, rows.Length), made);
            }
        }

        return planes.mul_(Scalars.Of(1 / 255f)).clamp_(Scalars.Zero, Scalars.One);
    }

    /// <summary>n images of one size and V · n draws: [V · n, 3, S, S], not yet divided by 255.</summary>
    private Tensor Crop(RgbImage[] images, ViewParameters[] draws, int width, int height, int views)
    {
        (int n, int size) = (images.Length, options.Size);
        Tensor bytes = empty([n, height, 3 * width], ScalarType.Byte, CPU);
        for (int i = 0; i < n; i++)
        {
            images[i].Pixels.CopyTo(bytes.bytes.Slice(i * 3 * width * height, 3 * width * height));
        }

        Tensor x = bytes.to(device).to(ScalarType.Float32);                                // [n, H, 3W]
        bool bicubic = options.Interpolation == "bicubic";

        // Both views of an image share one product: their rows lie below one another.
        var down = new DeviceTaps(n * views, size);
        var across = new DeviceTaps(n * views, size);
        for (int i = 0; i < draws.Length; i++)
        {
            (Box box, bool flip) = (draws[i].Crop, draws[i].Flip);
            down.Set((i % n * views) + (i / n), new ResampleTaps().Fill(box.Height, size, 0, size, bicubic, antialias: true), box.Top, mirror: false);
            across.Set(i, new ResampleTaps().Fill(box.Width, size, 0, size, bicubic, antialias: true), box.Left, flip);
        }

        Tensor rows = down.Dense(height, device).reshape(n, views * size, height).bmm(x); // [n, V·S, 3W]
        Tensor tall = rows.reshape(n, views, size, width, 3).permute(1, 0, 2, 4, 3).reshape(views * n, size * 3, width);
        Tensor made = tall.bmm(across.Dense(width, device).transpose(1, 2));              // [V·n, S·3, S]
        return made.reshape(views * n, size, 3, size).permute(0, 2, 1, 3);
    }
}

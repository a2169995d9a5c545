using SimClr.Data;
using SimClr.Internals;
using static TorchSharp.torch;

namespace SimClr.Augmentation;

/// <summary>
/// Renders the views of a batch with tensor operations on a device. The result equals that of
/// <see cref="ViewRenderer"/> for the same draws, within rounding (1e-5). The host sends the images' bytes, filter taps
/// and draws, and reads nothing back.
/// </summary>
internal sealed class DeviceViews : IDisposable
{
    // The maximum number of decoded pixel values on the device at one time, as bytes and as floats.
    private const long MaxFloats = 1 << 26;

    private readonly ViewOptions options;
    private readonly long seed;
    private readonly Device device;
    private readonly ScalarType type;
    private readonly DeviceBlur blur;
    private readonly DeviceUploads numbersSent;
    private readonly DeviceUploads bytesSent;
    private readonly int viewsPerImage;

    /// <param name="options">The distribution of the views.</param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="device">The device that renders the views.</param>
    /// <param name="type">The precision of the result.</param>
    /// <param name="viewsPerImage">Views of each image. Default: 2.</param>
    public DeviceViews(ViewOptions options, long seed, string device, ScalarType type, int viewsPerImage = 2)
    {
        this.viewsPerImage = viewsPerImage;
        this.options = options;
        this.seed = seed;
        this.device = TorchSharp.torch.device(device);
        this.type = type;
        blur = new DeviceBlur(options.Size, GaussianBlur.KernelFor(options.Size, options.BlurKernel), this.device);
        numbersSent = new DeviceUploads(ScalarType.Float32, this.device);
        bytesSent = new DeviceUploads(ScalarType.Byte, this.device);
    }

    /// <summary>
    /// The number of copies to the device so far: one of numbers per batch, and one of pixels per 2²⁶ bytes.
    /// </summary>
    internal long Copies => numbersSent.Count + bytesSent.Count;

    /// <summary>
    /// Renders the views of each image of a loaded batch, first views first: [V · N, 3, S, S], channels last.
    /// </summary>
    public Tensor Render(ImageBatch batch)
    {
        RgbImage[] images = [.. batch.Images];
        ViewParameters[] draws = [.. from view in Enumerable.Range(0, viewsPerImage)
                                     from i in Enumerable.Range(0, images.Length)
                                     select ViewParameters.Draw(
                                         options, images[i].Width, images[i].Height, seed, batch.Epoch,
                                         batch.Indices[i], view)];
        return Render(images, draws);
    }

    /// <summary>Renders views of images from given draws.</summary>
    /// <param name="images">N images of any size.</param>
    /// <param name="draws">V · N draws; those of view v of image i are at v · N + i.</param>
    /// <returns>[V · N, 3, S, S] in the order of the draws, channels last.</returns>
    public Tensor Render(IReadOnlyList<RgbImage> images, IReadOnlyList<ViewParameters> draws)
    {
        using var scope = NewDisposeScope();
        var numbers = new PackedNumbers();
        CropGroup[] groups = [.. Groups(images, draws, numbers)];
        IReadOnlyList<DeviceChange> colors = DeviceColors.Plan(draws, numbers);
        DeviceChange? blurred = blur.Plan(draws, numbers);
        PackedNumbers.Segment mean = numbers.Add(PixelWriter.ImageNetMean);
        PackedNumbers.Segment scale = numbers.Add(PixelWriter.ImageNetScale);
        numbers.Send(numbersSent);

        Tensor planes = Crop(images, groups, numbers, draws.Count);
        foreach (DeviceChange change in colors)
        {
            change.Apply(planes, numbers);
        }

        blurred?.Apply(planes, numbers);
        planes.clamp_(RootedScalars.Zero, RootedScalars.One);
        if (options.Normalize == Normalization.ImageNet)
        {
            planes.sub_(numbers.Floats(mean, 1, 3, 1, 1)).mul_(numbers.Floats(scale, 1, 3, 1, 1));
        }

        return planes.permute(0, 2, 3, 1).contiguous().to(type).permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        blur.Dispose();
        numbersSent.Dispose();
        bytesSent.Dispose();
    }

    /// <summary>
    /// Groups images by size, each group no larger than the device may hold at one time, and adds the parameters of
    /// their crops to the numbers to send.
    /// </summary>
    private IEnumerable<CropGroup> Groups(
        IReadOnlyList<RgbImage> images, IReadOnlyList<ViewParameters> draws, PackedNumbers numbers)
    {
        int views = draws.Count / images.Count;
        bool bicubic = options.Interpolation == Interpolation.Bicubic;
        foreach (var size in Enumerable.Range(0, images.Count).GroupBy(i => (images[i].Width, images[i].Height)))
        {
            int most = (int)Math.Max(1, MaxFloats / (3L * size.Key.Width * size.Key.Height));
            foreach (int[] places in size.Chunk(most))
            {
                int n = places.Length;
                int[] rows = [.. from view in Enumerable.Range(0, views)
                    from i in places
                    select (view * images.Count) + i];

                // Both views of an image share one product: their rows are stacked.
                var down = new DeviceTaps(n * views, options.Size);
                var across = new DeviceTaps(n * views, options.Size);
                for (int i = 0; i < rows.Length; i++)
                {
                    (Box box, bool flip) = (draws[rows[i]].Crop, draws[rows[i]].Flip);
                    down.Set((i % n * views) + (i / n), Taps(box.Height), box.Top, mirror: false);
                    across.Set(i, Taps(box.Width), box.Left, flip);
                }

                down.Pack(numbers);
                across.Pack(numbers);
                yield return new CropGroup(
                    places,
                    size.Key.Width,
                    size.Key.Height,
                    numbers.Add([.. rows.Select(row => (long)row)]),
                    down,
                    across);
            }
        }

        ResampleTaps Taps(int length)
            => new ResampleTaps().Fill(length, options.Size, 0, options.Size, bicubic, antialias: true);
    }

    /// <summary>Crops, resizes and flips: [views, 3, S, S].</summary>
    private Tensor Crop(IReadOnlyList<RgbImage> images, CropGroup[] groups, PackedNumbers numbers, int views)
    {
        Tensor planes = empty([views, 3, options.Size, options.Size], ScalarType.Float32, device);
        for (int from = 0, to; from < groups.Length; from = to)
        {
            // As many groups as fit into the byte limit, in one copy.
            long total = groups[from].Bytes;
            for (to = from + 1; to < groups.Length && total + groups[to].Bytes <= MaxFloats; to++)
            {
                total += groups[to].Bytes;
            }

            using var scope = NewDisposeScope();
            Tensor bytes = Send(images, groups.AsSpan(from..to), checked((int)total));
            long start = 0;
            foreach (CropGroup group in groups[from..to])
            {
                using var own = NewDisposeScope();
                Tensor x = bytes.narrow(0, start, group.Bytes).to(ScalarType.Float32)
                    .reshape(group.Places.Length, group.Height, 3 * group.Width);
                start += group.Bytes;
                planes.index_copy_(0, numbers.Integers(group.Rows, group.Rows.Count), Crop(x, group, numbers));
            }
        }

        return planes.mul_(RootedScalars.From(1 / 255f)).clamp_(RootedScalars.Zero, RootedScalars.One);
    }

    private Tensor Send(IReadOnlyList<RgbImage> images, ReadOnlySpan<CropGroup> groups, int total)
    {
        Span<byte> bytes = bytesSent.Fill<byte>(total);
        foreach (CropGroup group in groups)
        {
            foreach (int place in group.Places)
            {
                images[place].Pixels.CopyTo(bytes);
                bytes = bytes[images[place].Pixels.Length..];
            }
        }

        return bytesSent.Send(total);
    }

    /// <summary>x: n images of one size, [n, H, 3W] → [V · n, 3, S, S], not yet divided by 255.</summary>
    private Tensor Crop(Tensor x, CropGroup group, PackedNumbers numbers)
    {
        (int n, int size) = (group.Places.Length, options.Size);
        int views = group.Rows.Count / n;
        // [n, V·S, 3W]
        Tensor rows = group.Down.Dense(numbers, group.Height, device).reshape(n, views * size, group.Height).bmm(x);
        Tensor tall = rows.reshape(n, views, size, group.Width, 3)
            .permute(1, 0, 2, 4, 3)
            .reshape(views * n, size * 3, group.Width);
        Tensor made = tall.bmm(group.Across.Dense(numbers, group.Width, device).transpose(1, 2));   // [V·n, S·3, S]
        return made.reshape(views * n, size, 3, size).permute(0, 2, 1, 3);
    }

    /// <summary>Images of the same size.</summary>
    /// <param name="Places">The indices of the images.</param>
    /// <param name="Width">Width of each image in pixels.</param>
    /// <param name="Height">Height of each image in pixels.</param>
    /// <param name="Rows">The indices of their views in the batch.</param>
    /// <param name="Down">Taps along the columns.</param>
    /// <param name="Across">Taps along the rows.</param>
    private sealed record CropGroup(
        int[] Places, int Width, int Height, PackedNumbers.Segment Rows, DeviceTaps Down, DeviceTaps Across)
    {
        public long Bytes => 3L * Width * Height * Places.Length;
    }
}

using SimClr.Cli.Bench;
using SimClr.Configuration;
using SimClr.Data;
using SimClr.Encoders;
using SimClr.Heads;
using SimClr.Losses;
using SimClr.Training;
using static TorchSharp.torch;

namespace SimClr.GpuChecks;

/// <summary>Speed measurements, each taken in turn with the one it is compared with.</summary>
internal static class SpeedChecks
{
    private const string Bf16 = "bf16";

    /// <summary>
    /// The bare step, compared with the card's peak in matrix products and with the same network in PyTorch.
    /// </summary>
    public static void Bare(Section section)
    {
        double peak = Peak(section);
        section.Figure("peak_tflops", peak);
        using PyTorch? python = PyTorch.Start(section);
        foreach ((string name, PretrainOptions options) in Nets(section))
        {
            section.Try(name, () => Bare(section, name, options, peak, python));
        }
    }

    /// <summary>
    /// Whole runs, compared with the bare step: small images in memory and packed, photographs packed and as JPEG.
    /// </summary>
    public static void Pretrain(Section section)
    {
        Dictionary<string, PretrainOptions> nets = Nets(section);
        (PretrainOptions small, PretrainOptions photos) = (nets["resnet18"], nets["resnet50"]);
        (int smallSteps, int photoSteps) = section.Scale((100, 20), (2, 1));
        using var folder = new ScratchFolder();
        var settings = new BenchSettings();
        section.Try("small", () =>
        {
            int count = smallSteps * small.Batch.Size;
            using ImageDataSet memory = BenchImages.Small(settings, small.Views.Size, count);
            using ImageDataSet packed = Repeat(Pack(memory, folder.PathOf("small.pack")), count);
            Compare("small", small, smallSteps, ("memory", memory), ("packed", packed));
            Compare(
                "small, views on the device",
                small with { AugmentOn = AugmentationPlace.Device },
                smallSteps,
                ("memory", memory));
        });
        section.Try("photos", () =>
        {
            int count = photoSteps * photos.Batch.Size;
            using ImageDataSet files = BenchImages.Photos(settings, folder, count);
            using ImageDataSet packed = Repeat(Pack(files, folder.PathOf("photos.pack")), count);
            Compare("photos", photos, photoSteps, ("packed", packed), ("jpeg", files));
        });

        void Compare(
            string name, PretrainOptions options, int steps, params (string Source, ImageDataSet Images)[] sets)
        {
            // No decoded copies, except of images that are in memory anyway.
            options = options with { Data = options.Data with { Cache = DataCache.Never } };
            PretrainSpeed.WarmUp(options, sets[0].Images, default);
            using var step = new SyntheticStep(options);
            step.Run();
            step.Run();
            double bare = options.Batch.Size * SideBySide.Rate(step.Run, steps);
            section.Figure($"{name}: bare images_per_second", bare);
            foreach ((string source, ImageDataSet images) in sets)
            {
                double speed = PretrainSpeed.Measure(options, images, default);
                section.Figure($"{name}: {source} images_per_second", speed);
                section.Figure($"{name}: {source} of bare", speed / bare);
            }
        }
    }

    /// <summary>NT-Xent forward and backward with blocks of three sizes.</summary>
    public static void Loss(Section section)
    {
        int views = 2 * section.Scale(4096, 512);
        using var scope = NewDisposeScope();
        Tensor waves = arange(views * 128, dtype: ScalarType.Float32).mul(0.7548777).sin().reshape(views, 128);
        Tensor u = nn.functional.normalize(waves, p: 2, dim: 1).to(device(section.Device));
        (Tensor loss, Tensor? gradient) = NtXentBlocks.Compute(u, 0.1, withGradient: true, 1L << 20);
        foreach (int bits in section.Scale<int[]>([20, 23, 26], [17, 18, 20]))
        {
            using var size = NewDisposeScope();
            (Tensor value, Tensor? slope) = Step();
            double seconds = 1 / SideBySide.Rate(() => _ = Step(), TimeSpan.FromSeconds(section.Scale(2, 1)));
            section.Figure($"2^{bits}: milliseconds", 1000 * seconds);
            section.AtMost($"2^{bits}: loss off by", Math.Abs((value.item<float>() / loss.item<float>()) - 1), 1e-5);
            float off = slope!.sub(gradient!).norm().item<float>() / gradient!.norm().item<float>();
            section.AtMost($"2^{bits}: gradient off by", off, 1e-4);

            (Tensor, Tensor?) Step()
            {
                (Tensor result, Tensor? made) = NtXentBlocks.Compute(u, 0.1, withGradient: true, 1L << bits);
                _ = result.item<float>();   // waits for the device
                return (result, made);
            }
        }
    }

    /// <summary>
    /// The gradient of a large batch by micro-batches: time and memory, compared with plain steps of one micro-batch.
    /// </summary>
    public static void Cache(Section section)
    {
        (int large, int micro) = section.Scale((4096, 512), (128, 16));
        PretrainOptions options = Nets(section)["resnet18"];
        using ImageDataSet images = BenchImages.Small(new BenchSettings(), options.Views.Size, 2 * large);
        PretrainSpeed.WarmUp(options with { Batch = new() { Size = micro } }, images, default);
        (double plain, double plainBytes) = Run(new() { Size = micro });
        (double cached, double cachedBytes) = Run(new() { Size = large, Micro = micro });
        section.Figure("plain_images_per_second", plain);
        section.Figure("cached_images_per_second", cached);
        section.Figure("time per image, of the plain step's", plain / cached);
        section.Figure("plain_peak_bytes", plainBytes);
        section.Figure("cached_peak_bytes", cachedBytes);

        (double Speed, double Bytes) Run(BatchOptions batch)
        {
            double speed = 0;
            PretrainOptions run = options with { Batch = batch };
            double bytes = ResidentPeak.Measure(
                () => speed = PretrainSpeed.Measure(run, images, default), device(section.Device));
            return (speed, bytes);
        }
    }

    private static void Bare(Section section, string name, PretrainOptions options, double peak, PyTorch? python)
    {
        using var step = new SyntheticStep(options);
        TimeSpan span = TimeSpan.FromSeconds(section.Scale(2, 1));
        int batch = options.Batch.Size;
        section.Figure($"{name}: batch", batch);
        for (int i = 0; i < 3; i++)
        {
            step.Run();
        }

        int rounds = section.Scale(3, 1);
        double[][] rates = [];
        try
        {
            python?.Prepare(name, options);
            rates = python is null ? [] : SideBySide.Run(rounds, default, Own, () => python.Measure(span));
        }
        catch (IOException error)
        {
            section.Fail($"{name}: {error.Message}");
        }

        rates = rates.Length > 0 ? rates : SideBySide.Run(rounds, default, Own);
        double own = Spread.FromValues(rates[0]).Median;
        double flops = 2 * 3 * 2 * EncoderCost.MultiplyAdds(options.Encoder, options.Views.Size);
        section.Figure($"{name}: images_per_second", own);
        section.Figure($"{name}: tflops", own * flops / 1e12);
        section.Figure($"{name}: of the peak", own * flops / 1e12 / peak);
        if (python is not null && rates.Length > 1)
        {
            section.Figure($"{name}: pytorch images_per_second", Spread.FromValues(rates[1]).Median);
            double ratio = Spread.FromRatio(rates[0], rates[1]).Median;
            section.AtLeast($"{name}: of PyTorch's speed", ratio, section.IsCuda ? 0.9 : 0);
            section.Figure(
                $"{name}: pytorch with cudnn.benchmark images_per_second", python.Measure(span, tries: true));
        }

        double Own() => batch * SideBySide.Rate(step.Run, span);
    }

    private static Dictionary<string, PretrainOptions> Nets(Section section)
    {
        PretrainOptions small = section.Options(Bf16) with { Head = new HeadOptions { Hidden = 128 } };
        PretrainOptions photos = Presets.Load("photos") with { Device = section.Device, Precision = Precision.Bf16 };
        static PretrainOptions Of(PretrainOptions basis, string name, double width, int size, int batch) => basis with
        {
            Encoder = basis.Encoder with { Name = name, Width = width },
            Views = basis.Views with { Size = size },
            Batch = new() { Size = batch },
        };
        return new()
        {
            ["resnet18"] = Of(small, "resnet18", section.Scale(1, 0.5), 32, section.Scale(512, 16)),
            ["resnet18 × 0.25"] = Of(small, "resnet18", 0.25, 32, section.Scale(1024, 64)),

            // 12 channels do not fill a vector of a processor; on a GPU the layout is channels-last all the same.
            ["resnet18 × 0.1875"] = Of(small, "resnet18", 0.1875, 32, section.Scale(1024, 64)),
            ["resnet50"] = Of(
                photos, "resnet50", section.Scale(1, 0.25), section.Scale(224, 64), section.Scale(128, 8)),
        };
    }

    /// <summary>
    /// Products of large random matrices: on constant ones a card is faster, so that the result would mean nothing.
    /// </summary>
    private static double Peak(Section section)
    {
        int side = section.Scale(8192, 1024);
        using var scope = NewDisposeScope();
        using IDisposable gradients = no_grad();
        Tensor a = arange((long)side * side, dtype: ScalarType.Float32, device: device(section.Device))
            .mul(0.7548777).sin().reshape(side, side).to(ScalarType.BFloat16);
        Tensor b = a.t().contiguous();
        Tensor product = a.matmul(b);
        double rate = SideBySide.Rate(Multiply, TimeSpan.FromSeconds(1));
        return 20 * rate * 2.0 * side * side * side / 1e12;

        void Multiply()
        {
            for (int i = 0; i < 20; i++)
            {
                product.addmm_(a, b, beta: 0, alpha: 1);
            }

            using Tensor last = product[0, 0];
            _ = last.to(ScalarType.Float32).item<float>();   // waits for the device
        }
    }

    private static ImageDataSet Pack(ImageDataSet images, string file)
    {
        var reading = new DataOptions();
        using ImageDataSet some = images.Subset([.. Enumerable.Range(0, Math.Min(64, images.Count))]);
        PackFile.Write(some, file, reading, new SkippedImages(some, reading));
        return DataSets.Open(file);
    }

    private static RepeatedDataSet Repeat(ImageDataSet images, int count) => new(images, count);
}

using System.Globalization;
using SimClr.Checkpoints;
using SimClr.Configuration;
using SimClr.Data;
using SimClr.Embeddings;
using SimClr.Layers;
using SimClr.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace SimClr.Cli.Bench;

/// <summary>
/// Embedding to a file, from decoded images and from JPEG files, compared with the encoder alone on a fixed batch.
/// </summary>
internal static class EmbedBenchmark
{
    public static IEnumerable<BenchRow> Measure(BenchSettings settings, CancellationToken cancellation)
    {
        PretrainOptions small = settings.BaseOptions with
        {
            Encoder = settings.BaseOptions.Encoder with { Width = settings.Width },
        };
        PretrainOptions large = PhotoBenchmark.Options(settings);
        large = large with { Encoder = large.Encoder with { Name = "resnet18", Width = settings.Width } };
        using var folder = new ScratchFolder();
        using ImageDataSet images = BenchImages.Small(settings, small.Views.Size, 4 * settings.Batch);
        using ImageDataSet photos = BenchImages.Photos(settings, folder, 2 * settings.PhotoBatch);
        using ImageDataSet packed = Pack(photos, folder.PathOf("photos.pack"), cancellation);
        yield return Row("embed_small", "images in memory", small, settings, folder, images, cancellation);
        yield return Row("embed_packed", "a packed file", large, settings, folder, packed, cancellation);
        yield return Row("embed_jpeg", "JPEG files", large, settings, folder, photos, cancellation);
    }

    private static BenchRow Row(
        string name,
        string from,
        PretrainOptions options,
        BenchSettings settings,
        ScratchFolder folder,
        ImageDataSet images,
        CancellationToken cancellation)
    {
        ComputePlan plan = ComputePlan.Resolve(options with { Precision = Precision.Fp32 }, customEncoder: false);
        plan.Begin();
        using TrainedEncoder encoder = BenchEncoder.Load(options.Encoder, options.Views, plan.Device);
        int count = Embedder.ComputedAtOnce(options.Views.Size, torch.device(plan.Device));
        using Tensor batch = rand([count, options.Views.Size, options.Views.Size, 3], device: torch.device(plan.Device))
            .permute(0, 3, 1, 2);
        int batches = Math.Max(2, images.Count / count);
        double Fixed() => count * SideBySide.Rate(() => RunEncoderOnly(encoder, batch), batches);
        double File()
        {
            var task = new EmbeddingTask(encoder, images, options.Data);
            return images.Count * SideBySide.Rate(
                () => task.Run(
                    folder.PathOf($"{name}.npy"),
                    EmbeddingFile.FormatOf(".npy", []),
                    new SkippedImages(images, options.Data),
                    null,
                    cancellation),
                1);
        }

        Fixed();
        double[][] figures = SideBySide.Run(settings.Rounds, cancellation, Fixed, File);
        return new BenchRow(
            name,
            string.Create(
                CultureInfo.InvariantCulture,
                $"embed from {from} to .npy against the encoder on a fixed batch, ResNet-18 × {options.Encoder.Width} "
                    + $"at {options.Views.Size} × {options.Views.Size}, fp32"),
            Spread.FromRatio(figures[1], figures[0]),
            "of the encoder alone",
            Target.Min(0.9))
        {
            Figures = new Dictionary<string, double>
            {
                ["encoder_images_per_second"] = Spread.FromValues(figures[0]).Median,
                ["embed_images_per_second"] = Spread.FromValues(figures[1]).Median,
            },
        };
    }

    // The module itself, with all threads on one batch.
    private static void RunEncoderOnly(TrainedEncoder encoder, Tensor batch)
    {
        using var scope = NewDisposeScope();
        using var inference = new InferenceMode(encoder.Module);
        _ = encoder.Module.forward(batch).cpu();
    }

    private static ImageDataSet Pack(ImageDataSet photos, string file, CancellationToken cancellation)
    {
        var reading = new DataOptions();
        PackFile.Write(photos, file, reading, new SkippedImages(photos, reading), null, cancellation);
        return DataSets.Open(file);
    }
}

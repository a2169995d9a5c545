using System.Globalization;
using Microsoft.ML.OnnxRuntime;
using SimClr.Checkpoints;
using SimClr.Diagnostics;
using SimClr.Embeddings;
using SimClr.Encoders;
using SimClr.Inference;
using SimClr.Onnx;
using SimClr.Training;
using static TorchSharp.torch;

namespace SimClr.Cli.Bench;

/// <summary>
/// Embedding of a fixed batch by the built-in encoder and by ONNX Runtime with the exported model, in turn, on the same
/// cores.
/// </summary>
internal static class OnnxBenchmark
{
    // Several passes in a row: 'simclr embed' does not wait between batches.
    private const int Passes = 4;

    public static IEnumerable<BenchRow> Measure(BenchSettings settings, CancellationToken cancellation)
    {
        int side = settings.BaseOptions.Views.Size;
        yield return Row(settings, "onnx_quarter", "resnet18", settings.Width / 4, side, settings.Batch, cancellation);
        yield return Row(settings, "onnx", "resnet18", settings.Width, side, settings.Batch, cancellation);
        yield return Row(
            settings, "onnx_photos", "resnet50", settings.Width / 4, settings.PhotoSide, settings.PhotoBatch,
            cancellation);
    }

    // An input in a different layout from that of the weights would be converted in each pass.
    private static bool IsChannelsLast(TrainedEncoder encoder)
        => encoder.Module.parameters().First(weight => weight.dim() == 4).stride(1) == 1;

    private static BenchRow Row(
        BenchSettings settings,
        string row,
        string name,
        double width,
        int side,
        int batch,
        CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        int threads = ComputePlan.Resolve(settings.BaseOptions, customEncoder: false).Threads;
        ComputeEnvironment.UseThreads(threads);
        var options = new EncoderOptions { Name = name, Width = width };
        var views = settings.BaseOptions.Views with { Size = side };
        using TrainedEncoder encoder = BenchEncoder.Load(options, views, "cpu");
        using var inference = new EncoderInference(encoder.Module, threads);
        Tensor images = rand([batch, 3, side, side], device: CPU);
        Tensor ours = IsChannelsLast(encoder) ? images.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2) : images;

        Tensor[] parts = ours.split(Embedder.BatchSize(side));
        (byte[] model, _) = OnnxExport.Create(encoder, new OnnxExportOptions { Check = false }, head: null);
        using var sessionOptions = new SessionOptions { IntraOpNumThreads = threads };
        using var session = new InferenceSession(model, sessionOptions);
        using OrtValue theirs = OrtValue.CreateTensorValueFromMemory(images.data<float>().ToArray(), images.shape);
        using var run = new RunOptions();

        Embed();
        Score();   // the first call allocates memory
        double[][] figures = SideBySide.Run(
            settings.Rounds,
            cancellation,
            () => Passes * batch * SideBySide.Rate(Embed, settings.Duration),
            () => Passes * batch * SideBySide.Rate(Score, settings.Duration));
        return new BenchRow(
            row,
            string.Create(
                CultureInfo.InvariantCulture,
                $"embedding of a fixed batch against ONNX Runtime, {name} × {width} at {side} × {side}, batch {batch}, "
                    + $"fp32, {threads} thread(s)"),
            Spread.FromRatio(figures[0], figures[1]),
            "of ONNX Runtime",
            Target.Min(1))
        {
            Figures = new Dictionary<string, double>
            {
                ["images_per_second"] = Spread.FromValues(figures[0]).Median,
                ["onnx_images_per_second"] = Spread.FromValues(figures[1]).Median,
            },
        };

        // Small batches on one thread each, as in 'simclr embed'.
        void Embed() => Task.WaitAll(
            [.. Enumerable.Repeat(parts, Passes).SelectMany(all => all).Select(part => inference.Start(part))],
            cancellation);

        void Score()
        {
            for (int i = 0; i < Passes; i++)
            {
                session.Run(run, [OnnxExport.InputName], [theirs], [OnnxExport.OutputName]).Dispose();
            }
        }
    }
}

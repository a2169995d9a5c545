using System.Diagnostics;
using SimClr.Checkpoints;
using SimClr.Configuration;
using SimClr.Data;
using SimClr.Diagnostics;
using SimClr.Embeddings;
using SimClr.Encoders;
using SimClr.Evaluation;

namespace SimClr.Cli.Bench;

/// <summary>
/// Training, embedding and linear evaluation alongside as many busy processes as there are cores, compared with an idle
/// machine.
/// </summary>
internal static class BusyBenchmark
{
    private static readonly TimeSpan MaxLife = TimeSpan.FromMinutes(10);
    // The processor time after which a new process has finished starting and only spins.
    private static readonly TimeSpan StartUp = TimeSpan.FromSeconds(0.5);

    public static IEnumerable<BenchRow> Measure(BenchSettings settings, CancellationToken cancellation)
    {
        PretrainOptions options = settings.BaseOptions with
        {
            Encoder = settings.BaseOptions.Encoder with { Width = settings.Width / 4 },
            Batch = new() { Size = settings.Batch },
        };
        using var folder = new ScratchFolder();
        using ImageDataSet images = BenchImages.Small(
            settings, options.Views.Size, 2 * settings.QuarterSteps * settings.Batch);
        PretrainSpeed.WarmUp(options, images, cancellation);
        yield return Row(
            "pretrain", settings, () => PretrainSpeed.Measure(options, images, cancellation), cancellation);

        using var encoder = new TrainedEncoder(
            EncoderCatalog.Create(options.Encoder, options.Views.Size), options.Encoder, options.Views);
        double Embed()
        {
            var task = new EmbeddingTask(encoder, images, options.Data);
            return images.Count * SideBySide.Rate(
                () => task.Run(
                    folder.PathOf("busy.npy"),
                    EmbeddingFile.FormatOf(".npy", []),
                    new SkippedImages(images, options.Data),
                    null,
                    cancellation),
                1);
        }

        Embed();
        yield return Row("embed", settings, Embed, cancellation);

        var labels = new InMemoryDataSet(
            Enumerable.Range(0, images.Count).Select(images.Read),
            [.. Enumerable.Range(0, images.Count).Select(i => i % 2)],
            ["even", "odd"]);
        double Evaluate() => images.Count
            * SideBySide.Rate(() => LinearEvaluation.OnImages(encoder, labels, labels, new() { Epochs = 1 }), 1);
        Evaluate();
        yield return Row("linear", settings, Evaluate, cancellation);
    }

    /// <summary>Keeps a core busy until the parent process has ended, for at most ten minutes.</summary>
    public static IEnumerable<BenchRow> Spin(BenchSettings settings, CancellationToken cancellation)
    {
        Task<int> ended = Task.Run(Console.In.Read, CancellationToken.None);   // the pipe closes when the parent ends
        var clock = Stopwatch.StartNew();
        long spins = 0;
        while (!ended.IsCompleted && clock.Elapsed < MaxLife && !cancellation.IsCancellationRequested)
        {
            Thread.SpinWait(10_000);
            spins++;
        }

        return [new BenchRow(
            "busy_side",
            "turns of one busy process",
            Spread.FromValues([spins / clock.Elapsed.TotalSeconds]),
            "turns/s")];
    }

    private static BenchRow Row(
        string what, BenchSettings settings, Func<double> measure, CancellationToken cancellation)
    {
        int processes = ComputeEnvironment.Cores;
        double[][] figures = SideBySide.Run(settings.Rounds, cancellation, measure, () =>
        {
            using var others = new BusyProcesses(processes);
            return measure();
        });
        return new BenchRow(
            $"busy_{what}",
            $"{what} alongside {processes} busy process(es) on {processes} core(s), against the idle machine",
            Spread.FromRatio(figures[1], figures[0]),
            "of the idle speed",
            Target.Min(0.4))
        {
            Figures = new Dictionary<string, double>
            {
                ["idle_images_per_second"] = Spread.FromValues(figures[0]).Median,
                ["busy_images_per_second"] = Spread.FromValues(figures[1]).Median,
            },
        };
    }

    /// <summary>Processes that compute until disposal.</summary>
    private sealed class BusyProcesses : IDisposable
    {
        private readonly Process[] processes;

        public BusyProcesses(int count)
        {
            processes = [.. Enumerable.Range(0, count)
                .Select(_ => SelfProcess.Start(["bench", "--only", BenchCatalog.BusySide]))];
            SpinWait.SpinUntil(
                () => processes.All(process => process.TotalProcessorTime > StartUp || process.HasExited));
        }

        public void Dispose()
        {
            foreach (Process process in processes)
            {
                process.Kill();
                process.WaitForExit();
                process.Dispose();
            }
        }
    }
}

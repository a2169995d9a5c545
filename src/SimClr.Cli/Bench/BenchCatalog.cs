using SimClr.Internals;

namespace SimClr.Cli.Bench;

/// <summary>The measurements of <c>simclr bench</c>, in the order in which they run.</summary>
internal static class BenchCatalog
{
    /// <summary>The plain side of the gradient-cache measurement.</summary>
    public const string CachePlain = "gradient-cache-plain";

    /// <summary>The micro-batch side of the gradient-cache measurement.</summary>
    public const string CacheMicro = "gradient-cache-micro";

    /// <summary>A process that keeps one core busy.</summary>
    public const string BusySide = "busy-side";

    public static IReadOnlyList<Benchmark> All { get; } =
    [
        new("start-up", "help and preset list, each as a new process", StartupBenchmark.Measure),
        new("peak", "matrix products in fp32 and bf16", PeakBenchmark.Measure),
        new(
            "step",
            "a bare training step against the peak, and pretrain against the bare step, ResNet-18",
            StepBenchmark.Full),
        new("step-quarter", "the same at a quarter of the width", StepBenchmark.Quarter),
        new(
            "photos",
            "pretrain on photographs at 224 pixels, from JPEG and packed, against the bare step",
            PhotoBenchmark.Measure),
        new(
            "embed",
            "embedding to a file against the encoder alone, from memory, packed and JPEG",
            EmbedBenchmark.Measure)
        {
            OnRequest = true,
        },
        new(
            "embed-one",
            "one image at a time, as in a service, against a batch; ResNet-18 and ResNet-50 at 224 pixels",
            SingleImageBenchmark.Measure)
        {
            OnRequest = true,
        },
        new("augmentation", "views per second on one core", AugmentationBenchmark.Measure),
        new("decode", "JPEG photographs per second on one core", DecodeBenchmark.Measure),
        new("loss", "NT-Xent against its dense form", LossBenchmark.Time),
        new("loss-memory", "memory of NT-Xent with 16,384 images", LossBenchmark.Memory) { NeedsOwnProcess = true },
        new("gradient-cache", "a batch of 4,096 by micro-batches: time and memory", CacheBenchmark.Measure),
        new(CachePlain, "plain steps", CacheBenchmark.Plain) { NeedsOwnProcess = true, IsSide = true },
        new(CacheMicro, "micro-batches", CacheBenchmark.Micro) { NeedsOwnProcess = true, IsSide = true },
        new("onnx", "embedding of a fixed batch against ONNX Runtime with the exported model", OnnxBenchmark.Measure)
        {
            OnRequest = true,
        },
        new(
            "search",
            "search among 100,000 vectors of 128 numbers, exact and by the graph; "
                + "recall, build time and memory of the graph",
            SearchBenchmark.Measure)
        {
            OnRequest = true,
        },
        new(
            "busy",
            "pretrain, embed and linear evaluation with one busy process per core, against the idle machine",
            BusyBenchmark.Measure)
        {
            OnRequest = true,
        },
        new(BusySide, "one busy process", BusyBenchmark.Spin) { IsSide = true },
        new("profile", "breakdown of the training time", ProfileBenchmark.Measure) { OnRequest = true },
        new("scaling", "cost by batch, image size, width and threads", ScalingBenchmark.Measure) { OnRequest = true },
    ];

    public static IReadOnlyList<string> Names { get; } = [.. All.Where(benchmark => !benchmark.IsSide)
        .Select(benchmark => benchmark.Name)];

    /// <summary>One line of help per measurement.</summary>
    public static IEnumerable<string> Lines
        => All.Where(benchmark => !benchmark.IsSide).Select(benchmark => $"  {benchmark.Name,-14} {benchmark.Summary}");

    /// <summary>Returns the named benchmarks in catalog order; without names, the default ones.</summary>
    /// <exception cref="ConfigurationException">No benchmark has this name.</exception>
    public static IReadOnlyList<Benchmark> Choose(IReadOnlyCollection<string> names)
    {
        if (names.FirstOrDefault(name => All.All(benchmark => benchmark.Name != name)) is { } unknown)
        {
            throw new ConfigurationException(
                $"--only: got '{unknown}', expected one of "
                    + $"{string.Join(", ", Names)}{DidYouMean.Hint(unknown, Names)}");
        }

        return [.. All.Where(benchmark
            => names.Count == 0 ? !benchmark.OnRequest && !benchmark.IsSide : names.Contains(benchmark.Name))];
    }
}

using SimClr.Internals;

namespace SimClr.Cli.Bench;

/// <summary>What <c>simclr bench</c> measures, in this order.</summary>
internal static class BenchCatalog
{
    /// <summary>Sides of the gradient cache's figures.</summary>
    public const string CachePlain = "gradient-cache-plain";

    /// <inheritdoc cref="CachePlain"/>
    public const string CacheMicro = "gradient-cache-micro";

    /// <summary>A process that keeps a core busy.</summary>
    public const string BusySide = "busy-side";

    public static IReadOnlyList<Benchmark> All { get; } =
    [
        new("start-up", "help and preset list, each as a new process", StartupBenchmark.Measure),
        new("peak", "matrix products in fp32 and bf16", PeakBenchmark.Measure),
        new("step", "a bare training step against the peak, and pretrain against the bare step, ResNet-18", StepBenchmark.Full),
        new("step-quarter", "the same with a quarter of the width", StepBenchmark.Quarter),
        new("photos", "pretrain on photographs at 224 pixels, from JPEG and packed, against the bare step", PhotoBenchmark.Measure),
        new("embed", "embedding to a file against the encoder alone, from memory, packed and JPEG", EmbedBenchmark.Measure) { OnRequest = true },
        new("augmentation", "views per second on one core", AugmentationBenchmark.Measure),
        new("decode", "JPEG photographs per second on one core", DecodeBenchmark.Measure),
        new("loss", "NT-Xent against its dense form", LossBenchmark.Time),
        new("loss-memory", "memory of NT-Xent with 16,384 images", LossBenchmark.Memory) { NeedsOwnProcess = true },
        new("gradient-cache", "a batch of 4,096 by micro-batches: time and memory", CacheBenchmark.Measure),
        new(CachePlain, "plain steps", CacheBenchmark.Plain) { NeedsOwnProcess = true, IsSide = true },
        new(CacheMicro, "micro-batches", CacheBenchmark.Micro) { NeedsOwnProcess = true, IsSide = true },
        new("onnx", "embedding of a fixed batch against ONNX Runtime with the exported model", OnnxBenchmark.Measure) { OnRequest = true },
        new("search", "search among 100,000 vectors of 128, exact and by the graph; recall, build time and memory of the graph", SearchBenchmark.Measure) { OnRequest = true },
        new("busy", "pretrain, embed and linear evaluation with one busy process per core, against the idle machine", BusyBenchmark.Measure) { OnRequest = true },
        new(BusySide, "one busy process", BusyBenchmark.Spin) { IsSide = true },
        new("profile", "breakdown of the training time", ProfileBenchmark.Measure) { OnRequest = true },
        new("scaling", "cost by batch, image size, width and threads", ScalingBenchmark.Measure) { OnRequest = true },
    ];

    public static IReadOnlyList<string> Names { get; } = [.. All.Where(benchmark => !benchmark.IsSide).Select(benchmark => benchmark.Name)];

    /// <summary>A line of help for each.</summary>
    public static IEnumerable<string> Lines => All.Where(benchmark => !benchmark.IsSide).Select(benchmark => $"  {benchmark.Name,-14} {benchmark.Summary}");

    /// <summary>Those that were asked for, in the order of the catalog; without names the usual ones.</summary>
    /// <exception cref="ConfigurationException">There is none of this name.</exception>
    public static IReadOnlyList<Benchmark> Choose(IReadOnlyCollection<string> names)
    {
        if (names.FirstOrDefault(name => All.All(benchmark => benchmark.Name != name)) is { } unknown)
        {
            throw new ConfigurationException(
                $"--only: got '{unknown}', expected one of {string.Join(", ", Names)}{DidYouMean.Hint(unknown, Names)}");
        }

        return [.. All.Where(benchmark => names.Count == 0 ? !benchmark.OnRequest && !benchmark.IsSide : names.Contains(benchmark.Name))];
    }
}

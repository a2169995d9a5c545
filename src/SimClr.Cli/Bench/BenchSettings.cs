using SimClr.Configuration;

namespace SimClr.Cli.Bench;

/// <summary>Shapes and lengths of the measurements. The defaults are those that the targets name.</summary>
internal sealed record BenchSettings
{
    /// <summary>Device, threads, precision; its encoder is ResNet-18 on 32-pixel views, the rest is varied per figure.</summary>
    public PretrainOptions BaseOptions { get; init; } = Presets.Load("cifar10-small");

    /// <summary>How often each side is measured, in turn.</summary>
    public int Rounds { get; init; } = 3;

    /// <summary>How long one side is repeated per round where a single pass is short.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Images per step.</summary>
    public int Batch { get; init; } = 256;

    /// <summary>The whole width of the encoder.</summary>
    public double Width { get; init; } = 1;

    /// <summary>Bare training steps per round; a whole run has twice as many.</summary>
    public int Steps { get; init; } = 1;

    /// <summary>The same with a quarter of the width, where steps are short.</summary>
    public int QuarterSteps { get; init; } = 6;

    /// <summary>Images per step of photographs.</summary>
    public int PhotoBatch { get; init; } = 64;

    /// <summary>Bare training steps on them per round; a whole run has twice as many.</summary>
    public int PhotoSteps { get; init; } = 2;

    /// <summary>Side of the views of photographs.</summary>
    public int PhotoSide { get; init; } = 224;

    /// <summary>Side of the matrices whose product is the peak.</summary>
    public int MatrixSide { get; init; } = 4096;

    /// <summary>Images of the contrastive loss.</summary>
    public int LossImages { get; init; } = 2048;

    /// <summary>The same where its memory is measured.</summary>
    public int ManyLossImages { get; init; } = 16_384;

    /// <summary>Images of a step that goes by micro-batches of <see cref="Batch"/>.</summary>
    public int LargeBatch { get; init; } = 4096;

    /// <summary>The width of the encoder there.</summary>
    public double CacheWidth { get; init; } = 1;

    /// <summary>Vectors that are searched.</summary>
    public int SearchVectors { get; init; } = 100_000;

    /// <summary>Processes started per command.</summary>
    public int Launches { get; init; } = 10;

    /// <summary>The user's photographs (a data argument); null for made-up ones.</summary>
    public string? Photos { get; init; }

    /// <summary>The user's small images (a data argument); null for made-up ones.</summary>
    public string? Images { get; init; }

    /// <summary>Measures the one row of a benchmark by its name; the command does it in a process of its own.</summary>
    public Func<string, BenchSettings, CancellationToken, BenchRow> MeasureInOwnProcess { get; init; } =
        (name, settings, cancellation) => BenchCatalog.Choose([name]).Single().Measure(settings, cancellation).Single();

    /// <summary>Fewer rounds and steps: to see where things stand, not to quote.</summary>
    public BenchSettings Shorter() => this with
    {
        Rounds = 1,
        Duration = TimeSpan.FromSeconds(0.5),
        QuarterSteps = 4,
        PhotoSteps = 1,
        LargeBatch = 1024,
        CacheWidth = 0.25,
        SearchVectors = 20_000,
        Launches = 4,
    };
}

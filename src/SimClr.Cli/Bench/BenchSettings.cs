using SimClr.Configuration;

namespace SimClr.Cli.Bench;

/// <summary>
/// Shapes and durations of the measurements. The defaults are the shapes for which the targets are defined.
/// </summary>
internal sealed record BenchSettings
{
    /// <summary>
    /// The base configuration: device, threads, precision, and ResNet-18 on 32-pixel views. The measurements vary the
    /// rest.
    /// </summary>
    public PretrainOptions BaseOptions { get; init; } = Presets.Load("cifar10-small");

    /// <summary>The number of times each side is measured, in turn with the others.</summary>
    public int Rounds { get; init; } = 3;

    /// <summary>The time for which a side is repeated per round if a single pass is short.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Images per step.</summary>
    public int Batch { get; init; } = 256;

    /// <summary>The full width of the encoder.</summary>
    public double Width { get; init; } = 1;

    /// <summary>Synthetic training steps per round; a whole run has twice as many.</summary>
    public int Steps { get; init; } = 1;

    /// <summary>Synthetic training steps per round at a quarter of the width, where steps are short.</summary>
    public int QuarterSteps { get; init; } = 6;

    /// <summary>Images per step for photographs.</summary>
    public int PhotoBatch { get; init; } = 64;

    /// <summary>Synthetic training steps per round for photographs; a whole run has twice as many.</summary>
    public int PhotoSteps { get; init; } = 2;

    /// <summary>Side of the views of photographs in pixels.</summary>
    public int PhotoSide { get; init; } = 224;

    /// <summary>Side of the matrices whose product defines the peak.</summary>
    public int MatrixSide { get; init; } = 4096;

    /// <summary>Images in the batch for timing the contrastive loss.</summary>
    public int LossImages { get; init; } = 2048;

    /// <summary>Images in the batch for measuring the memory of the contrastive loss.</summary>
    public int ManyLossImages { get; init; } = 16_384;

    /// <summary>
    /// Images per step for the gradient cache, computed in micro-batches of <see cref="Batch"/> images.
    /// </summary>
    public int LargeBatch { get; init; } = 4096;

    /// <summary>Width of the encoder for the gradient cache.</summary>
    public double CacheWidth { get; init; } = 1;

    /// <summary>The number of vectors in the searched index.</summary>
    public int SearchVectors { get; init; } = 100_000;

    /// <summary>The number of processes started per command.</summary>
    public int Launches { get; init; } = 10;

    /// <summary>The user's photographs, as a data argument; null for synthetic ones.</summary>
    public string? Photos { get; init; }

    /// <summary>The user's small images, as a data argument; null for synthetic ones.</summary>
    public string? Images { get; init; }

    /// <summary>
    /// Measures a benchmark that has a single row, by name; the command replaces this with a separate process.
    /// </summary>
    public Func<string, BenchSettings, CancellationToken, BenchRow> MeasureInOwnProcess { get; init; } =
        (name, settings, cancellation) => BenchCatalog.Choose([name]).Single().Measure(settings, cancellation).Single();

    /// <summary>Returns settings with fewer rounds and steps, for orientation rather than publication.</summary>
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

using SimClr.Augmentation;
using SimClr.Checkpoints;
using SimClr.Cli.Progress;
using SimClr.Data;
using SimClr.Diagnostics;
using SimClr.Distributed;
using SimClr.Embeddings;
using SimClr.Training;

namespace SimClr.Cli.Verbs;

/// <summary>An encoder and the two labeled sets it is measured on, opened and checked before anything is computed.</summary>
internal sealed class EvaluationInputs : IDisposable
{
    private EvaluationInputs(TrainedEncoder encoder, ImageDataSet train, ImageDataSet test, ImageDataSet? validation, DataOptions reading, SetNotes notes)
    {
        Encoder = encoder;
        Train = train;
        Test = test;
        Validation = validation;
        Notes = notes;
        Reading = reading;
    }

    public TrainedEncoder Encoder { get; }

    public ImageDataSet Train { get; }

    public ImageDataSet Test { get; }

    /// <summary>Images to choose settings on, or null.</summary>
    public ImageDataSet? Validation { get; }

    /// <summary>What the sets have in common and what not.</summary>
    public SetNotes Notes { get; }

    /// <summary>How images are read: as the run read its own, but for what --set says.</summary>
    public DataOptions Reading { get; }

    /// <param name="context">What the user typed.</param>
    /// <param name="arguments">What of it names encoder and sets.</param>
    /// <param name="cores">Cores of a rank that has others beside it; null for all there are.</param>
    /// <param name="validation">What names images to choose settings on, or null.</param>
    public static EvaluationInputs Open(CommandContext context, EvaluationArguments arguments, int? cores = null, string? validation = null)
    {
        string device = ComputeEnvironment.ResolveDevice(context.Device ?? "auto");
        ComputeEnvironment.LimitThreads(context.Threads is > 0 and { } threads ? threads : cores ?? 0);

        DataOptions reading = EncoderInput.ReadingOf(context.Value(arguments.Run), context.Value(arguments.Set));
        reading = reading.Workers > 0 ? reading : reading with { Workers = cores ?? 0 };
        ImageDataSet train = context.OpenImages(context.Value(arguments.Train)!, reading, needsLabels: true);
        ImageDataSet test = context.OpenImages(context.Value(arguments.Test)!, reading, needsLabels: true);
        LabeledImages.RequireClasses(train);
        _ = ClassMatch.Create(train.ClassNames, test.ClassNames, test.RequireLabels());
        ImageDataSet? held = validation is null ? null : context.OpenImages(validation, reading, needsLabels: true);
        _ = held is null ? null : ClassMatch.Create(train.ClassNames, held.ClassNames, held.RequireLabels(), "validation");
        TrainedEncoder encoder = TrainedEncoder.Load(context.Value(arguments.Run), device);
        return new EvaluationInputs(encoder, train, test, held, reading, SetNotes.Create(context, train, test, held));
    }

    /// <summary>Embeds one of the sets, and counts what could not be read.</summary>
    /// <param name="images">The set.</param>
    /// <param name="display">Shows how far it is.</param>
    /// <param name="cancel">Stops between batches.</param>
    /// <param name="transform">What images go through; null for the usual one.</param>
    /// <param name="ranks">Who shares the work, or null.</param>
    public (EmbeddingTable Table, int Skipped) Embed(
        ImageDataSet images, IDisplay display, CancellationToken cancel, EvaluationTransform? transform = null, ICommunicator? ranks = null)
    {
        var skipped = new SkippedImages(images, Reading);
        EmbeddingTable table = Embedder.Embed(
            Encoder, images, transform ?? new EvaluationTransform(Encoder.Views), Reading, skipped, display.Images($"embedding {images.Name}", images.Count),
            ranks, cancel);
        return (table, skipped.Count);
    }

    public void Dispose()
    {
        Encoder.Dispose();
        Train.Dispose();
        Test.Dispose();
        Validation?.Dispose();
    }
}

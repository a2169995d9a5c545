using System.Text.Json.Nodes;
using SimClr.Augmentation;
using SimClr.Checkpoints;
using SimClr.Cli.Progress;
using SimClr.Data;
using SimClr.Diagnostics;
using SimClr.Distributed;
using SimClr.Embeddings;
using SimClr.Training;

namespace SimClr.Cli.Verbs;

/// <summary>
/// An encoder and the two labeled sets for its evaluation, opened and checked before any computation.
/// </summary>
internal sealed class EvaluationInputs : IDisposable
{
    private EvaluationRecord.EncoderRecord? identity;

    private EvaluationInputs(
        TrainedEncoder encoder,
        string layer,
        ImageDataSet train,
        ImageDataSet test,
        ImageDataSet? validation,
        DataOptions reading,
        SetNotes notes)
    {
        Encoder = encoder;
        Layer = layer;
        Train = train;
        Test = test;
        Validation = validation;
        Notes = notes;
        Reading = reading;
    }

    public TrainedEncoder Encoder { get; }

    /// <summary>The layer whose output is evaluated: h, z, or the number of a hidden layer of the head.</summary>
    public string Layer { get; }

    public ImageDataSet Train { get; }

    public ImageDataSet Test { get; }

    /// <summary>The images on which settings are chosen; null if there are none.</summary>
    public ImageDataSet? Validation { get; }

    /// <summary>Notes on shared images and on differences between the sets.</summary>
    public SetNotes Notes { get; }

    /// <summary>The options for reading images: those of the run, overridden by <c>--set</c>.</summary>
    public DataOptions Reading { get; }

    /// <summary>Opens the encoder and the sets.</summary>
    /// <param name="context">The command line.</param>
    /// <param name="arguments">The arguments that name encoder and sets.</param>
    /// <param name="cores">The number of cores for this rank if others share the machine; null for all.</param>
    /// <param name="validation">The data argument of the images on which settings are chosen; null for none.</param>
    public static EvaluationInputs Open(
        CommandContext context, EvaluationArguments arguments, int? cores = null, string? validation = null)
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
        _ = held is null ? null
            : ClassMatch.Create(train.ClassNames, held.ClassNames, held.RequireLabels(), "validation");
        string layer = context.Value(arguments.Layer) ?? TrainedHead.H;
        TrainedEncoder encoder = TrainedHead.LoadEncoder(context.Value(arguments.Run), layer, device);
        return new EvaluationInputs(
            encoder, layer, train, test, held, reading, SetNotes.Create(context, train, test, held))
        {
            identity = context.WritesOutput ? EvaluationRecord.EncoderRecord.Of(encoder) : null,
        };
    }

    /// <summary>Describes an evaluation of these inputs for its record.</summary>
    /// <param name="context">The command line.</param>
    /// <param name="arguments">The arguments that name encoder and sets.</param>
    /// <param name="kind">The kind of evaluation.</param>
    /// <param name="settings">
    /// The settings that were asked for, except layer and seed; completed by this method.
    /// </param>
    /// <param name="train">The training images in use; null for all.</param>
    public EvaluationSubject Subject(
        CommandContext context,
        EvaluationArguments arguments,
        string kind,
        JsonObject settings,
        ImageDataSet? train = null)
    {
        settings["layer"] = Layer;
        var sets = new Dictionary<string, ImageDataSet?>
        {
            ["train"] = train ?? Train,
            ["validation"] = Validation,
            ["test"] = Test,
        };
        settings["layer"] = Layer;
        return new EvaluationSubject(kind, context.Value(arguments.Run), identity, sets, settings)
            .With(context.Seed ?? 0, Reading);
    }

    /// <summary>Embeds one of the sets and counts the unreadable images.</summary>
    /// <param name="images">The set.</param>
    /// <param name="display">The progress display.</param>
    /// <param name="cancel">Stops between batches.</param>
    /// <param name="transform">The transform of the images; null for the default one.</param>
    /// <param name="ranks">The ranks that share the work; null for one process.</param>
    public (EmbeddingTable Table, int Skipped) Embed(
        ImageDataSet images,
        IDisplay display,
        CancellationToken cancel,
        EvaluationTransform? transform = null,
        ICommunicator? ranks = null)
    {
        var skipped = new SkippedImages(images, Reading);
        EmbeddingTable table = Embedder.Embed(
            Encoder, images, transform ?? new EvaluationTransform(Encoder.Views), Reading, skipped,
            display.Images($"embedding {images.Name}", images.Count), ranks, cancel);
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

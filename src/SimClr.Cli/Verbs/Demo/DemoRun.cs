using SimClr.Augmentation;
using SimClr.Checkpoints;
using SimClr.Cli.Progress;
using SimClr.Configuration;
using SimClr.Data;
using SimClr.Diagnostics;
using SimClr.Embeddings;
using SimClr.Encoders;
using SimClr.Evaluation;
using SimClr.Training;
using TorchSharp;

namespace SimClr.Cli.Verbs;

/// <summary>Pre-trains an encoder, then measures three representations of the same images.</summary>
internal sealed class DemoRun(PretrainOptions options, DemoData data, IDisplay display, CancellationToken cancel)
{
    public DemoOutcome Run(string directory)
    {
        PretrainResult training = new Pretrainer(options) { Logger = display.Logger, Progress = display.Training }
            .Run(data.Train, directory, cancellation: cancel);
        string device = ComputeEnvironment.ResolveDevice(options.Device);
        using TrainedEncoder pixels = PixelEncoder.Create(options.Views);
        using TrainedEncoder random = Untrained(device);
        using TrainedEncoder trained = TrainedEncoder.Load(directory, device);
        DemoRow[] rows =
        [
            Row("pixels", "raw pixels", pixels),
            Row("random", "untrained encoder", random),
            Row("simclr", "SimCLR", trained),
        ];
        return new DemoOutcome(rows, training, data.Train.Count, data.Test?.Count ?? 0);
    }

    private DemoRow Row(string key, string name, TrainedEncoder encoder)
    {
        EmbeddingTable train = Embed(encoder, data.Train, name);
        if (data.Test is null)
        {
            return new DemoRow(key, name, train, train, null);
        }

        EmbeddingTable test = Embed(encoder, data.Test, name);
        EmbeddingTable disturbed = Embed(encoder, new PerturbedDataSet(data.Test), name);
        return new DemoRow(key, name, test, disturbed, RepresentationQuality.Measure(train, test, disturbed, cancel));
    }

    private EmbeddingTable Embed(TrainedEncoder encoder, ImageDataSet images, string name)
        => Embedder.Embed(
            encoder,
            images,
            options.Data,
            progress: display.Images($"{name}: embedding {images.Name}", images.Count),
            cancellation: cancel);

    /// <summary>Returns the encoder in its state before the first step.</summary>
    private TrainedEncoder Untrained(string device)
    {
        ResNet encoder = EncoderCatalog.Create(options.Encoder, options.Views.Size, options.Seed);
        encoder.to(torch.device(device));
        return new TrainedEncoder(encoder, options.Encoder, options.Views);
    }
}

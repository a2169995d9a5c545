using SimClr.Checkpoints;
using SimClr.Encoders;
using SimClr.Heads;
using SimClr.Layers;
using TorchSharp;

namespace SimClr.Training;

/// <summary>
/// The starting point of fine-tuning: the encoder of a run, optionally with the first layers of its head. Read only.
/// </summary>
internal sealed class FineTuneStart
{
    private readonly string run;
    private readonly FineTuneOptions options;
    private readonly HeadOptions? head;

    /// <param name="run">A run directory or a safetensors file.</param>
    /// <param name="options">Whether to load the weights, and the number of layers of the head.</param>
    /// <exception cref="ConfigurationException">The head does not have these layers.</exception>
    /// <exception cref="DataException">There is no encoder, or no checkpoint that holds the head.</exception>
    public FineTuneStart(string run, FineTuneOptions options)
    {
        this.run = run;
        this.options = options;
        head = options.ProjectionLayers > 0 ? HeadOf(new RunDirectory(run), options) : null;
    }

    /// <summary>The head whose first layers are kept, or null.</summary>
    public HeadOptions? Head => head;

    /// <summary>Creates a fresh network for a number of classes, on a device.</summary>
    public (TrainedEncoder Encoder, ClassifierModel Model) Create(int classes, string device)
    {
        TrainedEncoder encoder = TrainedEncoder.Load(run, device);
        if (options.FromScratch)
        {
            using TrainedEncoder described = encoder;
            encoder = new TrainedEncoder(
                EncoderCatalog.Create(described.Options, described.Views.Size, options.Seed),
                described.Options,
                described.Views);
        }

        int representation = ((ResNet)encoder.Module).RepresentationSize;
        FirstLayers? projection = head is null ? null : Projection(head, representation);
        var layer = new LinearClassifier(projection?.Size ?? representation, classes);
        encoder.Module.to(torch.device(device));
        var model = new ClassifierModel(encoder.Module, projection, layer, ChannelsLast.Convert(encoder.Module));
        model.to(torch.device(device));
        return (encoder, model);
    }

    private static HeadOptions HeadOf(RunDirectory run, FineTuneOptions options)
    {
        if (!run.HasRun)
        {
            throw new ConfigurationException(
                $"{run.Root}: projection layers were requested, but only a run directory has them, in its last "
                    + "checkpoint; expected a directory with run.json");
        }

        RunRecord record = RunRecord.Read(run.RunFile);
        if (record.Task != RunRecord.Pretraining)
        {
            throw new ConfigurationException(
                $"{run.Root}: projection layers were requested, but this run is supervised and has no projection head");
        }

        TrainedHead.RequireConfigured(run.Root, record);
        FirstLayers.Check(record.Configuration.Head, options.ProjectionLayers);
        return record.Configuration.Head;
    }

    private FirstLayers Projection(HeadOptions headOptions, int representation)
    {
        var layers = new FirstLayers(headOptions, representation, options.ProjectionLayers, options.Seed);
        if (!options.FromScratch)
        {
            string file = new RunDirectory(run).LatestCheckpoint() ?? throw new DataException(
                $"{run}: there is no checkpoint, which would hold the projection head; expected one in checkpoints/");
            TrainedHead.Fill(layers, file);
        }

        return layers;
    }
}

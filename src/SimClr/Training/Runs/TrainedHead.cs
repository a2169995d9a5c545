using System.Globalization;
using SimClr.Checkpoints;
using SimClr.Encoders;
using SimClr.Heads;
using SimClr.Internals;
using TorchSharp;
using static TorchSharp.torch;

namespace SimClr.Training;

/// <summary>
/// The projection head of a run, which is stored in the run's checkpoints and not in the encoder's file.
/// </summary>
public static class TrainedHead
{
    private const string Prefix = "head.";

    /// <summary>The name of the representation h, the encoder's output.</summary>
    public const string H = "h";

    /// <summary>The name of the projection z, the head's output.</summary>
    public const string Z = "z";

    /// <summary>
    /// Loads the encoder of a run up to a layer: h, z, or a hidden layer of the head. For h, this is
    /// <see cref="TrainedEncoder.Load(string, string, nn.Module{Tensor, Tensor}?)"/>; for the others, encoder and head
    /// come from the run's last checkpoint.
    /// </summary>
    /// <param name="run">A run directory; for h, also an encoder file.</param>
    /// <param name="layer">
    /// <see cref="H"/>, <see cref="Z"/>, or the number i of a hidden layer of the head, from 1, whose output is taken
    /// after its batch norm and ReLU (the layers of SimCLRv2, Chen et al. 2020, Section 2.2).
    /// </param>
    /// <param name="device">cpu, cuda or mps.</param>
    /// <returns>The encoder, whose <see cref="TrainedEncoder.Head"/> ends at the layer.</returns>
    /// <exception cref="ConfigurationException">
    /// There is no such layer: the text is another one, the run has no head, or the head has fewer layers.
    /// </exception>
    /// <exception cref="DataException">There is no encoder or no checkpoint, or it is damaged.</exception>
    public static TrainedEncoder LoadEncoder(string run, string layer, string device = "cpu")
    {
        if (layer == H)
        {
            return TrainedEncoder.Load(run, device);
        }

        int count = Number(layer);
        string checkpoint = CheckpointOf(run);
        HeadOptions options = OptionsOf(run);
        if (count > 0)
        {
            FirstLayers.Check(options, count);
        }

        TrainedEncoder encoder = TrainedEncoder.Load(checkpoint, device);
        try
        {
            nn.Module<Tensor, Tensor> head = count > 0
                ? Hidden(options, count, checkpoint, encoder, device)
                : Load(run, checkpoint, encoder, device);
            return new TrainedEncoder(encoder.Module, encoder.Options, encoder.Views) { Head = head };
        }
        catch
        {
            encoder.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Returns the checkpoint that both head and encoder must be loaded from: only those of one step belong together.
    /// </summary>
    /// <param name="run">The run directory.</param>
    /// <exception cref="ConfigurationException">The directory holds no run, or a run without a head.</exception>
    /// <exception cref="DataException">The run has no checkpoint.</exception>
    public static string CheckpointOf(string run)
    {
        var directory = new RunDirectory(run);
        if (!directory.HasRun)
        {
            throw new ConfigurationException(
                $"{run} holds no projection head: only a run directory has its head, in its last checkpoint; "
                    + "expected a directory with run.json");
        }

        RunRecord record = RunRecord.Read(directory.RunFile);
        if (record.Task != RunRecord.Pretraining)
        {
            throw new ConfigurationException(
                $"{run} holds no projection: this run is {record.Task} and has no projection head");
        }

        if (record.Configuration.Head.Kind == HeadKind.None)
        {
            throw new ConfigurationException(
                $"{run} holds no projection head: it was trained with head.kind = none and has h only");
        }

        RequireConfigured(run, record);
        return directory.LatestCheckpoint()
            ?? throw new DataException(
                $"{run}: there is no checkpoint, which would hold the projection head; expected one in checkpoints/");
    }

    /// <summary>Rejects a run with a custom head, which the configuration does not describe.</summary>
    /// <exception cref="ConfigurationException">The head is custom.</exception>
    public static void RequireConfigured(string run, RunRecord record)
    {
        if (record.CustomHead is { } type)
        {
            throw new ConfigurationException(
                $"{run}: the projection head is {type}, a custom module, which the configuration does not describe; "
                    + $"use h, or load the head in C# from the last checkpoint (its tensors begin with '{Prefix}')");
        }
    }

    /// <summary>Loads the head.</summary>
    /// <param name="run">The run directory.</param>
    /// <param name="checkpoint">The checkpoint, from <see cref="CheckpointOf"/>.</param>
    /// <param name="encoder">The encoder of the same checkpoint.</param>
    /// <param name="device">cpu, cuda or mps.</param>
    /// <exception cref="DataException">
    /// The head in the checkpoint does not match the configuration of the run.
    /// </exception>
    public static ProjectionHead Load(string run, string checkpoint, TrainedEncoder encoder, string device)
    {
        HeadOptions options = OptionsOf(run);
        using SafetensorsFile content = SafetensorsFile.Read(checkpoint);
        var head = new ProjectionHead(options, ((ResNet)encoder.Module).RepresentationSize);
        ModuleState.Load(
            ModuleState.Enumerate(head),
            content.Tensors.Where(tensor => tensor.Key.StartsWith(Prefix, StringComparison.Ordinal))
                .ToDictionary(tensor => tensor.Key[Prefix.Length..], tensor => tensor.Value),
            checkpoint);
        head.to(torch.device(device));
        head.eval();
        return head;
    }

    /// <summary>Reads W of a linear head from the last checkpoint of a run: [output, representation].</summary>
    /// <param name="run">The run directory.</param>
    /// <returns>A tensor on the CPU that the caller disposes.</returns>
    /// <exception cref="ConfigurationException">
    /// The directory holds no run, or a run whose head is not linear.
    /// </exception>
    /// <exception cref="DataException">The run has no checkpoint, or it is damaged.</exception>
    public static Tensor LinearWeights(string run)
    {
        string checkpoint = CheckpointOf(run);
        HeadOptions options = OptionsOf(run);
        if (options.Kind != HeadKind.Linear)
        {
            throw new ConfigurationException(
                $"{run}: the projection head is of kind '{options.Kind.Text()}' and has no single matrix; expected a "
                    + "run with head.kind = linear");
        }

        const string name = $"{Prefix}layers.linear1.weight";
        using SafetensorsFile content = SafetensorsFile.Read(checkpoint);
        return content.Tensors.TryGetValue(name, out Tensor? weights) && weights.Dimensions == 2
            ? weights.detach().clone()
            : throw new DataException($"{checkpoint}: there is no matrix '{name}', the weights of the linear head");
    }

    /// <summary>Copies the weights of a part of the head from a checkpoint.</summary>
    /// <exception cref="DataException">The head in the checkpoint lacks a tensor, or a shape differs.</exception>
    internal static void Fill(nn.Module part, string checkpoint)
    {
        using SafetensorsFile content = SafetensorsFile.Read(checkpoint);
        HashSet<string> wanted = [.. ModuleState.Enumerate(part).Select(tensor => Prefix + tensor.Key)];
        ModuleState.Load(
            ModuleState.Enumerate(part),
            content.Tensors.Where(tensor => wanted.Contains(tensor.Key))
                .ToDictionary(tensor => tensor.Key[Prefix.Length..], tensor => tensor.Value),
            checkpoint);
    }

    private static FirstLayers Hidden(
        HeadOptions options, int count, string checkpoint, TrainedEncoder encoder, string device)
    {
        var layers = new FirstLayers(options, ((ResNet)encoder.Module).RepresentationSize, count);
        Fill(layers, checkpoint);
        layers.to(torch.device(device));
        layers.eval();
        return layers;
    }

    /// <summary>Returns the number of a hidden layer; 0 for z.</summary>
    private static int Number(string layer)
        => layer == Z ? 0
            : int.TryParse(layer, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0
                ? number
                : throw new ConfigurationException(
                    $"got layer '{layer}', expected {H}, {Z}, or the number of a hidden layer of the head, such as 1");

    private static HeadOptions OptionsOf(string run)
        => RunRecord.Read(new RunDirectory(run).RunFile).Configuration.Head;
}

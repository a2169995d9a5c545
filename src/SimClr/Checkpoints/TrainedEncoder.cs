using System.Globalization;
using System.Text.Json;
using SimClr.Augmentation;
using SimClr.Encoders;
using SimClr.Internals;
using SimClr.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace SimClr.Checkpoints;

/// <summary>
/// An encoder f with what its input must look like: both travel in one safetensors file, so that preprocessing is
/// read, never guessed. The weights carry torchvision's names.
/// </summary>
public sealed class TrainedEncoder : IDisposable
{
    internal const string Prefix = "encoder.";
    internal const string ProjectionPrefix = "projection.";
    private const string CustomEncoderKey = "own_encoder";

    /// <summary>Joins an encoder to its views.</summary>
    /// <param name="module">Images in, h out.</param>
    /// <param name="options">How it was built.</param>
    /// <param name="views">The views it was trained on: their size and normalization are its input's.</param>
    public TrainedEncoder(nn.Module<Tensor, Tensor> module, EncoderOptions options, ViewOptions views)
    {
        ArgumentNullException.ThrowIfNull(module);
        Module = module;
        Options = options;
        Views = views;
    }

    /// <summary>The encoder itself: [N, 3, size, size] → h [N, representation].</summary>
    public nn.Module<Tensor, Tensor> Module { get; }

    /// <summary>How it was built.</summary>
    public EncoderOptions Options { get; }

    /// <summary>The views that it was trained on.</summary>
    public ViewOptions Views { get; }

    /// <summary>
    /// The number of dimensions of the representation. For a custom encoder, it is measured on one image of zeros.
    /// </summary>
    public int Dimension
    {
        get
        {
            if (Module is ResNet resnet)
            {
                return resnet.RepresentationSize;
            }

            using var scope = NewDisposeScope();
            using var inference = new InferenceMode(Module);
            return (int)Module.forward(zeros([1, 3, Views.Size, Views.Size], device: device(inference.Device))).numel();
        }
    }

    /// <summary>
    /// The text entries of the file from which the encoder was loaded: its provenance. Empty for an encoder that was
    /// not loaded.
    /// </summary>
    public IReadOnlyDictionary<string, string> Metadata { get; private init; } = new Dictionary<string, string>();

    /// <summary>Loads the encoder of a run (<c>encoder.safetensors</c>, or the last checkpoint of an unfinished one), or of a file.</summary>
    /// <param name="path">A run directory, or a file that <see cref="Save"/> wrote.</param>
    /// <param name="device">auto, cpu, cuda, cuda:N or mps.</param>
    /// <param name="customEncoder">The user's own module, where the run was trained with one.</param>
    /// <exception cref="DataException">There is no encoder, or it does not fit.</exception>
    public static TrainedEncoder Load(string path, string device = "cpu", nn.Module<Tensor, Tensor>? customEncoder = null)
    {
        string file = Find(path);
        using IWeightsFile content = WeightsFile.Read(file);
        return Load(content, file, device, customEncoder);
    }

    /// <summary>The same of a file that is open.</summary>
    internal static TrainedEncoder Load(
        IWeightsFile content, string file, string device = "cpu", nn.Module<Tensor, Tensor>? customEncoder = null)
    {
        if (!HasDescription(content))
        {
            throw new DataException(
                $"{file}: it does not say which encoder it holds and what its input looks like; expected a file that TrainedEncoder.Save wrote. "
                    + $"Convert the weights of other programs with ImportedEncoder.Read({file})");
        }

        (string encoder, string views) = (content.Metadata["encoder"], content.Metadata["views"]);
        if (content.Metadata.ContainsKey(CustomEncoderKey) && customEncoder is null)
        {
            throw new DataException($"{file}: it was trained with an encoder of your own; load it from C# and pass that module");
        }

        EncoderOptions options = Parse<EncoderOptions>(encoder, "encoder", file);
        ViewOptions viewOptions = Parse<ViewOptions>(views, "views", file);
        nn.Module<Tensor, Tensor> module = customEncoder ?? EncoderCatalog.Create(options, viewOptions.Size);
        LoadWeights(module, content, file);
        module.to(torch.device(ComputeDevice.Resolve(device)));
        ChannelsLast.Convert(module);
        module.eval();
        return new TrainedEncoder(module, options, viewOptions) { Metadata = content.Metadata };
    }

    /// <summary>
    /// Writes weights and input description, whole or not at all: as a safetensors file, or where the name ends in
    /// <c>.pth</c> or <c>.pt</c> as one that PyTorch loads.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="provenance">Further text entries: where it comes from.</param>
    public void Save(string path, IReadOnlyDictionary<string, string>? provenance = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        var metadata = new Dictionary<string, string>(provenance ?? new Dictionary<string, string>());
        Describe(metadata);
        KeyValuePair<string, Tensor>[] weights = [.. ModuleState.Enumerate(Module)];
        if (path.EndsWith(".pth", StringComparison.OrdinalIgnoreCase) || path.EndsWith(".pt", StringComparison.OrdinalIgnoreCase))
        {
            PthFile.Write(path, weights, metadata);
        }
        else
        {
            SafetensorsFile.Write(path, weights, metadata);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Module.Dispose();

    /// <summary>
    /// Returns the type of the custom module whose weights a file contains; null for an encoder of the catalog.
    /// </summary>
    /// <param name="path">A run directory, or a file that <see cref="Save"/> wrote.</param>
    /// <exception cref="DataException">There is no encoder, or the file is damaged.</exception>
    public static string? CustomEncoderOf(string path)
    {
        using IWeightsFile content = WeightsFile.Read(Find(path));
        return content.Metadata.GetValueOrDefault(CustomEncoderKey);
    }

    /// <summary>
    /// Adds the entries from which <see cref="Load(string, string, nn.Module{Tensor, Tensor}?)"/> restores an encoder:
    /// its options and the description of its input.
    /// </summary>
    /// <param name="metadata">The text entries of a weights file. Entries of the same names are replaced.</param>
    public void Describe(IDictionary<string, string> metadata)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        metadata["encoder"] = JsonSerializer.Serialize(Options with { Weights = null }, Json.Compact);
        metadata["views"] = JsonSerializer.Serialize(Views, Json.Compact);
        if (Module is not ResNet)
        {
            metadata[CustomEncoderKey] = Module.GetType().FullName ?? "";
        }

        metadata["input"] = string.Create(
            CultureInfo.InvariantCulture,
            $"RGB in [0, 1], {Views.Size} x {Views.Size}, normalization: {Views.Normalize.Text()}");
    }

    /// <summary>The normalization that weights were trained with; null where their file does not say.</summary>
    internal static Normalization? NormalizationOf(IWeightsFile content)
        => HasDescription(content) ? Parse<ViewOptions>(content.Metadata["views"], "views", "metadata").Normalize : null;

    /// <summary>Whether a file says which encoder it holds and what its input looks like.</summary>
    internal static bool HasDescription(IWeightsFile content)
        => content.Metadata.ContainsKey("encoder") && content.Metadata.ContainsKey("views");

    /// <summary>
    /// Fills an encoder from a file: one that this program wrote, a checkpoint of a run, or one of another program in which
    /// a ResNet is found. What is no part of the encoder is left out; everything else must match.
    /// </summary>
    internal static void LoadWeights(nn.Module module, IWeightsFile content, string file)
    {
        if (module is ResNet && !HasDescription(content))
        {
            ImportedEncoder.Fill(module, ImportedEncoder.FindNames(content, prefix: null, file), file);
            return;
        }

        string prefix = content.Metadata.ContainsKey("step") ? Prefix : "";
        var values = content.Tensors
            .Where(t => t.Key.StartsWith(prefix, StringComparison.Ordinal) && t.Key is not ("fc.weight" or "fc.bias")
                && !t.Key.StartsWith(ProjectionPrefix, StringComparison.Ordinal))
            .ToDictionary(t => t.Key[prefix.Length..], t => t.Value);
        ModuleState.Load(ModuleState.Enumerate(module), values, file);
    }

    private static T Parse<T>(string json, string entry, string file)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(json, Json.Compact) ?? throw new JsonException("it is null");
        }
        catch (Exception error) when (error is JsonException or ArgumentException)
        {
            throw new DataException(
                $"{file}: what it says about its {entry} cannot be used ({Json.ReasonOf(error)}); expected a file that this version of TrainedEncoder.Save wrote",
                error);
        }
    }

    private static string Find(string path)
    {
        if (File.Exists(path))
        {
            return path;
        }

        var run = new RunDirectory(path);
        if (File.Exists(run.EncoderFile))
        {
            return run.EncoderFile;
        }

        return run.LatestCheckpoint()
            ?? throw new DataException($"{path}: expected a run directory with encoder.safetensors or a checkpoint, or a safetensors file; found neither");
    }
}

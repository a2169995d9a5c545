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
/// An encoder f together with its input requirements. Both are stored in one safetensors file, so that preprocessing is
/// never guessed. The weights have torchvision's names.
/// </summary>
public sealed class TrainedEncoder : IDisposable
{
    internal const string Prefix = "encoder.";
    internal const string ProjectionPrefix = "projection.";

    /// <summary>The beginning of the names of a classifier's tensors that are neither layers nor part of one.</summary>
    internal const string ReferencePrefix = "reference.";

    private const string CustomEncoderKey = "own_encoder";

    /// <summary>Combines an encoder with its views.</summary>
    /// <param name="module">The encoder: [N, 3, size, size] → h [N, representation].</param>
    /// <param name="options">The options that the encoder was built with.</param>
    /// <param name="views">
    /// The views that the encoder was trained on. Their size and normalization are those of its input.
    /// </param>
    public TrainedEncoder(nn.Module<Tensor, Tensor> module, EncoderOptions options, ViewOptions views)
    {
        ArgumentNullException.ThrowIfNull(module);
        Module = module;
        Options = options;
        Views = views;
    }

    /// <summary>The encoder: [N, 3, size, size] → h [N, representation].</summary>
    public nn.Module<Tensor, Tensor> Module { get; }

    /// <summary>
    /// The layers after h whose output is the representation, such as the projection head; null if h itself is. They
    /// are disposed with the encoder, and not part of its file.
    /// </summary>
    public nn.Module<Tensor, Tensor>? Head { get; init; }

    /// <summary>The options that the encoder was built with.</summary>
    public EncoderOptions Options { get; }

    /// <summary>The views that the encoder was trained on.</summary>
    public ViewOptions Views { get; }

    /// <summary>
    /// The number of dimensions of the representation. For a custom encoder or with a head, it is measured on one image
    /// of zeros.
    /// </summary>
    public int Dimension
    {
        get
        {
            if (Module is ResNet resnet && Head is null)
            {
                return resnet.RepresentationSize;
            }

            using var scope = NewDisposeScope();
            using var inference = new InferenceMode(Module);
            using InferenceMode? headInference = Head is null ? null : new InferenceMode(Head);
            Tensor h = Module.forward(zeros([1, 3, Views.Size, Views.Size], device: device(inference.Device)));
            return (int)(Head?.forward(h) ?? h).numel();
        }
    }

    /// <summary>
    /// The text entries of the file from which the encoder was loaded: its provenance. Empty for an encoder that was
    /// not loaded.
    /// </summary>
    public IReadOnlyDictionary<string, string> Metadata { get; internal init; } = new Dictionary<string, string>();

    /// <summary>The path of the file from which the encoder was loaded; null for one that was not loaded.</summary>
    public string? SourceFile { get; internal init; }

    /// <summary>
    /// Loads an encoder from a file, from a run (its <c>encoder.safetensors</c>, or the latest checkpoint of an
    /// unfinished run), from a folder in Hugging Face's layout, or by name from the <see cref="WeightsCatalog"/>.
    /// </summary>
    /// <param name="path">
    /// A run directory, a file written by <see cref="Save"/>, a folder with timm's <c>config.json</c> and
    /// <c>model.safetensors</c>, or <c>weights:NAME</c>, which is downloaded into the <see cref="WeightsCache"/> unless
    /// it is there.
    /// </param>
    /// <param name="device">auto, cpu, cuda, cuda:N or mps.</param>
    /// <param name="customEncoder">
    /// The user's module, if the run was trained with a custom encoder; otherwise null.
    /// </param>
    /// <exception cref="DataException">There is no encoder, or the weights do not match the module.</exception>
    public static TrainedEncoder Load(
        string path, string device = "cpu", nn.Module<Tensor, Tensor>? customEncoder = null)
    {
        string file = Find(path);
        using IWeightsFile content = WeightsFile.Read(file);
        return !HasDescription(content) && HuggingFaceFolder.ConfigOf(file) is { } config
            ? HuggingFaceFolder.Load(content, file, config, device)
            : Load(content, file, device, customEncoder);
    }

    /// <summary>Loads an encoder from an open file.</summary>
    internal static TrainedEncoder Load(
        IWeightsFile content, string file, string device = "cpu", nn.Module<Tensor, Tensor>? customEncoder = null)
    {
        if (!HasDescription(content))
        {
            throw new DataException(
                $"{file}: it does not describe its encoder and input; expected a file that TrainedEncoder.Save wrote. "
                    + $"Convert the weights of other programs with ImportedEncoder.Read({file})");
        }

        (string encoder, string views) = (content.Metadata["encoder"], content.Metadata["views"]);
        if (content.Metadata.ContainsKey(CustomEncoderKey) && customEncoder is null)
        {
            throw new DataException(
                $"{file}: it was trained with a custom encoder; load it from C# and pass that module");
        }

        EncoderOptions options = Parse<EncoderOptions>(encoder, "encoder", file);
        ViewOptions viewOptions = Parse<ViewOptions>(views, "views", file);
        nn.Module<Tensor, Tensor> module = customEncoder ?? EncoderCatalog.Create(options, viewOptions.Size);
        LoadWeights(module, content, file);
        module.to(torch.device(ComputeDevice.Resolve(device)));
        ChannelsLast.Convert(module);
        module.eval();
        return new TrainedEncoder(module, options, viewOptions)
        {
            Metadata = content.Metadata,
            SourceFile = file,
        };
    }

    /// <summary>
    /// Writes the weights and the input description. The file is written completely or not at all. It is a safetensors
    /// file, or, if the name ends in <c>.pth</c> or <c>.pt</c>, a PyTorch file.
    /// </summary>
    /// <param name="path">The path of the file.</param>
    /// <param name="provenance">Additional text entries, such as the origin of the weights.</param>
    public void Save(string path, IReadOnlyDictionary<string, string>? provenance = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        var metadata = new Dictionary<string, string>(provenance ?? new Dictionary<string, string>());
        Describe(metadata);
        KeyValuePair<string, Tensor>[] weights = [.. ModuleState.Enumerate(Module)];
        if (path.EndsWith(".pth", StringComparison.OrdinalIgnoreCase)
            || path.EndsWith(".pt", StringComparison.OrdinalIgnoreCase))
        {
            PthFile.Write(path, weights, metadata);
        }
        else
        {
            SafetensorsFile.Write(path, weights, metadata);
        }
    }

    /// <summary>
    /// Returns the same encoder, with the same origin, up to the output of a head. It owns both modules.
    /// </summary>
    internal TrainedEncoder WithHead(nn.Module<Tensor, Tensor> head)
        => new(Module, Options, Views) { Head = head, Metadata = Metadata, SourceFile = SourceFile };

    /// <inheritdoc/>
    public void Dispose()
    {
        Module.Dispose();
        Head?.Dispose();
    }

    /// <summary>
    /// Returns the type of the custom module whose weights a file contains; null for an encoder of the catalog.
    /// </summary>
    /// <param name="path">What <see cref="Load(string, string, nn.Module{Tensor, Tensor}?)"/> takes.</param>
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

    /// <summary>
    /// Returns the normalization that the weights were trained with, or null if the file does not say.
    /// </summary>
    internal static Normalization? NormalizationOf(IWeightsFile content)
        => HasDescription(content)
            ? Parse<ViewOptions>(content.Metadata["views"], "views", "metadata").Normalize
            : null;

    /// <summary>Returns whether a file describes its encoder and input.</summary>
    internal static bool HasDescription(IWeightsFile content)
        => content.Metadata.ContainsKey("encoder") && content.Metadata.ContainsKey("views");

    /// <summary>
    /// Loads the weights of an encoder from a file of this library, a checkpoint of a run, or another program's file
    /// that contains a ResNet. Tensors outside the encoder are ignored; everything else must match.
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
                && !t.Key.StartsWith(ProjectionPrefix, StringComparison.Ordinal)
                && !t.Key.StartsWith(ReferencePrefix, StringComparison.Ordinal))
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
                $"{file}: its description of the {entry} cannot be used ({Json.ReasonOf(error)}); "
                    + "expected a file that this version of TrainedEncoder.Save wrote",
                error);
        }
    }

    /// <summary>Returns the weights file of a run, a folder, a name or a file.</summary>
    /// <exception cref="DataException">There is none, or a download failed.</exception>
    /// <exception cref="ConfigurationException">No weights have this name.</exception>
    internal static string Find(string path)
    {
        path = WeightsCache.Resolve(path);
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
            ?? HuggingFaceFolder.WeightsIn(path)
            ?? throw new DataException(
                $"{path}: expected a run directory with encoder.safetensors or a checkpoint, or a "
                    + $"safetensors file; found neither{WeightsCatalog.Hint(path)}");
    }
}

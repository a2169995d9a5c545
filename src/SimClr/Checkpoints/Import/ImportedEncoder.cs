using SimClr.Augmentation;
using SimClr.Encoders;
using SimClr.Internals;
using SimClr.Layers;
using static TorchSharp.torch;

namespace SimClr.Checkpoints;

/// <summary>
/// An encoder with weights that another program trained. The ResNet is recognized by the names and shapes of its
/// weights; options supply what those do not show.
/// </summary>
public sealed class ImportedEncoder : IDisposable
{
    private const int DefaultSize = 224;
    private const int SmallSize = 32;
    private const int Examples = 3;
    private const string Counter = ".num_batches_tracked";

    private ImportedEncoder(
        TrainedEncoder encoder, string rule, IReadOnlyList<string> leftOut, IReadOnlyList<string> assumed)
    {
        Encoder = encoder;
        Rule = rule;
        LeftOut = leftOut;
        Assumed = assumed;
    }

    /// <summary>The encoder and its input requirements. Owned by this object.</summary>
    public TrainedEncoder Encoder { get; }

    /// <summary>A description of the naming rule and prefix that matched.</summary>
    public string Rule { get; }

    /// <summary>The contents of the file outside the encoder: parts of names, with the number of tensors.</summary>
    public IReadOnlyList<string> LeftOut { get; }

    /// <summary>
    /// Descriptions of the defaults that were assumed because neither the file nor the options specified a value.
    /// </summary>
    public IReadOnlyList<string> Assumed { get; }

    /// <summary>Reads a PyTorch checkpoint or a safetensors file.</summary>
    /// <param name="file">The path of the file. Its format is recognized by its content.</param>
    /// <param name="options">The facts that the file does not state.</param>
    /// <exception cref="DataException">The file cannot be read, or it contains no encoder of the catalog.</exception>
    /// <exception cref="ConfigurationException">
    /// The normalization is missing, or the options contradict the file.
    /// </exception>
    public static ImportedEncoder Read(string file, ImportOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        using IWeightsFile content = WeightsFile.Read(file);
        return Read(content, file, options);
    }

    /// <summary>Reads an open file.</summary>
    internal static ImportedEncoder Read(IWeightsFile content, string file, ImportOptions options)
    {
        if (TrainedEncoder.HasDescription(content))
        {
            return ReadTrainedEncoder(file, content, options);
        }

        EncoderNames names = FindNames(content, options.Prefix, file);
        EncoderOptions encoder = EncoderShape.Recognize(names.Tensors, file);
        CheckAgainst(options, encoder, file);
        var assumed = new List<string>();
        ViewOptions views = Views(options, encoder, assumed, file);
        nn.Module<Tensor, Tensor> module = EncoderCatalog.Create(encoder, views.Size);
        try
        {
            Fill(module, names, file);
        }
        catch
        {
            module.Dispose();
            throw;
        }

        ChannelsLast.Convert(module);
        module.eval();
        return new ImportedEncoder(
            new TrainedEncoder(module, encoder, views),
            names.Rule,
            [.. names.LeftOut, .. content.LeftOut.Select(left => left.ToString())],
            assumed);
    }

    /// <inheritdoc/>
    public void Dispose() => Encoder.Dispose();

    /// <summary>
    /// Finds the encoder. If it is missing and tensors of unsupported types were skipped, the message lists some of
    /// them.
    /// </summary>
    internal static EncoderNames FindNames(IWeightsFile content, string? prefix, string file)
    {
        EncoderNames names;
        try
        {
            names = EncoderNames.Find(content.Tensors, content.LeftOut, prefix, file);
        }
        catch (DataException error) when (content.LeftOut.Count > 0)
        {
            throw new DataException(
                $"{error.Message}. Tensors of unsupported types were left out: "
                    + $"{string.Join(", ", content.LeftOut.Take(Examples))}",
                error);
        }

        return names.Unread is { } weight
            ? throw new DataException(
                $"{file}: '{weight.Name}' has type {weight.Type}, which is not supported; "
                    + "expected floating-point numbers such as float32: convert the weights and save them again")
            : names;
    }

    /// <summary>Loads a module with the encoder found in a file.</summary>
    internal static void Fill(nn.Module module, EncoderNames names, string file)
    {
        KeyValuePair<string, Tensor>[] targets = [.. ModuleState.Enumerate(module)];
        var values = new Dictionary<string, Tensor>(names.Tensors);
        using var scope = NewDisposeScope();
        foreach ((string name, _) in targets.Where(target => target.Key.EndsWith(Counter, StringComparison.Ordinal)))
        {
            // Converted checkpoints have no counter of batches. Nothing here uses it.
            values.TryAdd(name, zeros(Array.Empty<long>(), ScalarType.Int64, CPU));
        }

        ModuleState.Load(targets, values, file);
        string? broken = targets.FirstOrDefault(target => !target.Value.isfinite().all().item<bool>()).Key;
        if (broken is not null)
        {
            throw new DataException(
                $"{file}: '{broken}' contains values that are not finite; training diverged, or the file is damaged");
        }
    }

    /// <summary>Reads a file of this library, which describes its input. Options may only agree with it.</summary>
    private static ImportedEncoder ReadTrainedEncoder(string file, IWeightsFile content, ImportOptions options)
    {
        TrainedEncoder encoder = TrainedEncoder.Load(content, file);
        try
        {
            CheckAgainst(options, encoder.Options, file);
            Agree("ImportOptions.Normalize", options.Normalize?.Text(), encoder.Views.Normalize.Text(), file);
            Agree("ImportOptions.Size", options.Size, encoder.Views.Size, file);
            Agree(
                "ImportOptions.Interpolation", options.Interpolation?.Text(), encoder.Views.Interpolation.Text(), file);
        }
        catch
        {
            encoder.Dispose();
            throw;
        }

        return new ImportedEncoder(encoder, "a file written by simclr, which describes its encoder and input", [], []);
    }

    private static void CheckAgainst(ImportOptions options, EncoderOptions encoder, string file)
    {
        Agree("ImportOptions.Encoder", options.Encoder, encoder.Name, file);
        Agree("ImportOptions.Width", options.Width, encoder.Width, file);
        Agree("ImportOptions.Stem", options.Stem?.Text(), encoder.Stem.Text(), file);
    }

    private static void Agree<T>(string option, T? given, T found, string file)
    {
        if (given is not null && !given.Equals(found))
        {
            throw new ConfigurationException(FormattableString.Invariant(
                $"{option}: got {given}, but {file} has {found}; omit the option or use that value"));
        }
    }

    private static ViewOptions Views(ImportOptions options, EncoderOptions encoder, List<string> assumed, string file)
    {
        Normalization normalize = options.Normalize ?? throw new ConfigurationException(
            $"ImportOptions.Normalize is missing: {file} does not say how its pixels were normalized; "
                + "expected imagenet (torchvision, timm, MoCo, lightly, solo-learn on ImageNet) or none (checkpoints "
                + "of SimCLR's authors and of this program)");
        bool small = encoder.Stem == EncoderStem.Small;
        if (options.Size is null)
        {
            assumed.Add(
                $"size {(small ? SmallSize : DefaultSize)}: the usual size for this stem; "
                    + "ImportOptions.Size sets another");
        }

        if (options.Interpolation is null)
        {
            assumed.Add("interpolation bicubic; ImportOptions.Interpolation sets another");
        }

        if (small)
        {
            assumed.Add(
                "a 3 × 3 stem of stride 1 and padding 1 without pooling (solo-learn's for CIFAR has padding 2, "
                    + "for which features differ)");
        }

        return new ViewOptions
        {
            Size = options.Size ?? (small ? SmallSize : DefaultSize),
            Normalize = normalize,
            Interpolation = options.Interpolation ?? Interpolation.Bicubic,
        };
    }
}

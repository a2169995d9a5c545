using SimClr.Internals;
using SimClr.Layers;
using TorchSharp;

namespace SimClr.Checkpoints;

/// <summary>
/// An encoder in the layout of the Hugging Face hub, as timm reads and writes it: <c>config.json</c>,
/// <c>model.safetensors</c> and, when written here, a model card in <c>README.md</c>. A crop other than that of
/// evaluation (<c>crop_pct</c> 0.875) is not followed.
/// </summary>
public static class HuggingFaceFolder
{
    internal const string WeightsName = "model.safetensors";
    private const string PickledName = "pytorch_model.bin";
    private const string CardName = "README.md";

    /// <summary>Writes an encoder into a folder.</summary>
    /// <param name="encoder">A ResNet of width 1 with the stem for ImageNet; timm has no others.</param>
    /// <param name="folder">The folder: new, or empty.</param>
    /// <param name="card">The text of the model card; null for none.</param>
    /// <returns>The paths of the files, the weights first.</returns>
    /// <exception cref="ConfigurationException">
    /// timm has no such encoder, or the folder holds files or cannot be written to.
    /// </exception>
    public static IReadOnlyList<string> Save(TrainedEncoder encoder, string folder, string? card = null)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        HuggingFaceConfig config = HuggingFaceConfig.From(encoder);
        string[] files = [.. new[] { WeightsName, HuggingFaceConfig.FileName, CardName }
            .Take(card is null ? 2 : 3)
            .Select(name => Path.Combine(folder, name))];
        try
        {
            RequireEmpty(folder);
            var metadata = new Dictionary<string, string> { ["format"] = "pt" };   // transformers requires it
            SafetensorsFile.Write(files[0], [.. ModuleState.Enumerate(encoder.Module)], metadata);
            AtomicFile.WriteText(files[1], config.Text(encoder.Dimension));
            if (card is not null)
            {
                AtomicFile.WriteText(files[2], card);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"{folder}: the encoder cannot be written there: {error.Message}", error);
        }

        return files;
    }

    /// <summary>Returns the weights file of a folder in this layout; null if it has another.</summary>
    internal static string? WeightsIn(string folder)
        => new[] { WeightsName, PickledName }.Select(name => Path.Combine(folder, name)).FirstOrDefault(
            file => File.Exists(file) && ConfigOf(file) is not null);

    /// <summary>Returns the configuration beside a weights file of this layout; otherwise null.</summary>
    internal static string? ConfigOf(string file)
    {
        string config = Path.Combine(Path.GetDirectoryName(file) ?? "", HuggingFaceConfig.FileName);
        return Path.GetFileName(file) is WeightsName or PickledName && File.Exists(config) ? config : null;
    }

    /// <summary>Loads the encoder of a weights file with the preprocessing of its configuration.</summary>
    /// <exception cref="DataException">
    /// The configuration cannot be used, or the file does not hold the encoder that it describes.
    /// </exception>
    internal static TrainedEncoder Load(IWeightsFile content, string file, string configFile, string device)
    {
        HuggingFaceConfig config = HuggingFaceConfig.Read(configFile);
        var options = new ImportOptions
        {
            Normalize = config.Normalize,
            Size = config.Size,
            Interpolation = config.Interpolation,
        };
        TrainedEncoder encoder = ImportedEncoder.Read(content, file, options).Encoder;
        try
        {
            if (encoder.Options.Name != config.Architecture)
            {
                throw new DataException(
                    $"{file}: it holds a {encoder.Options.Name}, expected the {config.Architecture} of {configFile}");
            }

            encoder.Module.to(torch.device(ComputeDevice.Resolve(device)));
            ChannelsLast.Convert(encoder.Module);
            encoder.Module.eval();
            return new TrainedEncoder(encoder.Module, encoder.Options, encoder.Views)
            {
                Metadata = content.Metadata,
                SourceFile = file,
            };
        }
        catch
        {
            encoder.Dispose();
            throw;
        }
    }

    private static void RequireEmpty(string folder)
    {
        if (File.Exists(folder) || (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any()))
        {
            throw new ConfigurationException(
                $"'{folder}' exists and is not an empty folder; choose a new or empty output directory");
        }
    }
}

using System.Globalization;
using System.Text.Json;
using Microsoft.ML.OnnxRuntime;

namespace SimClr.OnnxRuntime;

/// <summary>The description of a model in its own file.</summary>
/// <param name="File">The path of the file.</param>
/// <param name="Dimension">The number of values per embedding.</param>
/// <param name="Layer">The layer whose output is the embedding.</param>
/// <param name="ClassNames">The names of the classes, by number; empty for an encoder.</param>
/// <param name="NoveltyThreshold">The novelty above which an image is unknown; null without novelty.</param>
/// <param name="Metadata">The text entries of the file.</param>
internal sealed record ModelDescription(
    string File,
    int Dimension,
    string Layer,
    IReadOnlyList<string> ClassNames,
    double? NoveltyThreshold,
    IReadOnlyDictionary<string, string> Metadata)
{
    // Names of values and entries, and the version of the format, as SimClr.Onnx writes them.
    public const string Images = "images";
    public const string Embedding = "embedding";
    public const string Probabilities = "probabilities";
    public const string Novelty = "novelty";

    private const string Producer = "simclr";
    private const string Format = "format";
    private const int CurrentFormat = 1;

    /// <summary>Reads the description of a model.</summary>
    /// <exception cref="InvalidDataException">The model cannot be used here.</exception>
    public static ModelDescription Read(string file, InferenceSession session)
    {
        Dictionary<string, string> metadata = session.ModelMetadata.CustomMetadataMap;
        RequireFormat(file, session.ModelMetadata.ProducerName, metadata);
        RequireImages(file, session, metadata);
        try
        {
            string[] names = metadata.TryGetValue("class_names", out string? json) ? Names(json) : [];
            double? threshold = metadata.TryGetValue("novelty_threshold", out string? number)
                ? double.Parse(number, CultureInfo.InvariantCulture)
                : null;
            int dimension = LengthOf(session, Embedding);
            bool isWhole = dimension > 0 && LengthOf(session, Probabilities) == names.Length
                && session.OutputMetadata.ContainsKey(Novelty) == threshold.HasValue;
            return isWhole
                ? new ModelDescription(file, dimension, metadata["layer"], names, threshold, metadata)
                : throw new InvalidDataException(
                    $"{file}: the description of the model does not fit its outputs; export it again");
        }
        catch (Exception error) when (error is JsonException or FormatException or KeyNotFoundException
            or InvalidOperationException)
        {
            throw new InvalidDataException($"{file}: the description of the model is damaged; export it again", error);
        }
    }

    /// <summary>Returns whether a file starts as an ONNX model of SimClr does: with its version and producer.</summary>
    public static bool IsOurs(string file)
    {
        byte[] start = new byte[10];
        using FileStream stream = System.IO.File.OpenRead(file);
        return stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length
            && start[0] == 0x08 && start.AsSpan(2).SequenceEqual("\x12\x06simclr"u8);
    }

    private static void RequireFormat(string file, string producer, Dictionary<string, string> metadata)
    {
        if (producer != Producer)
        {
            throw new InvalidDataException(
                $"{file}: this model was made by '{producer}', expected one exported by SimClr");
        }

        if (!metadata.TryGetValue(Format, out string? format))
        {
            throw new InvalidDataException(
                $"{file}: the model does not state its format: an earlier version of SimClr exported it, or the file "
                    + "is cut off; export it again");
        }

        if (format != CurrentFormat.ToString(CultureInfo.InvariantCulture))
        {
            throw new InvalidDataException(
                $"{file}: the model is of format {format}, expected {CurrentFormat}; use the version of "
                    + "SimClr.OnnxRuntime that belongs to the version of SimClr that exported it");
        }
    }

    private static void RequireImages(string file, InferenceSession session, Dictionary<string, string> metadata)
    {
        // Free dimensions are −1: the number of images, height and width.
        if (!session.InputMetadata.TryGetValue(Images, out NodeMetadata? input)
            || input.ElementDataType != Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.UInt8
            || input.Dimensions is not [-1, -1, -1, 3])
        {
            throw new InvalidDataException(
                $"{file}: the model takes prepared images ({metadata.GetValueOrDefault("input")}), expected one that "
                    + "prepares images itself; export it with OnnxInput.Images");
        }
    }

    private static string[] Names(string json)
    {
        using JsonDocument names = JsonDocument.Parse(json);
        return [.. names.RootElement.EnumerateArray().Select(name => name.GetString()!)];
    }

    /// <summary>Returns the number of values per image of an output; 0 if there is no such output.</summary>
    private static int LengthOf(InferenceSession session, string output)
        => session.OutputMetadata.TryGetValue(output, out NodeMetadata? node) ? node.Dimensions[^1] : 0;
}

using System.Text.Json;
using System.Text.Json.Nodes;
using SimClr.Checkpoints;
using SimClr.Heads;
using SimClr.Internals;

namespace SimClr.Classification;

/// <summary>Everything in the file of a classifier besides tensors, as JSON in one text entry.</summary>
internal sealed record ClassifierDescription
{
    /// <summary>The name of the entry.</summary>
    public const string Entry = "classifier";

    /// <summary>The version of the file format that this class reads and writes.</summary>
    public const int CurrentFormat = 1;

    /// <summary>The version of the file format.</summary>
    public int Format { get; init; } = CurrentFormat;

    /// <summary>The names of the classes, by number.</summary>
    public required string[] ClassNames { get; init; }

    /// <summary>The layer whose output is classified: h, z, or the number of a hidden layer of the head.</summary>
    public required string Layer { get; init; }

    /// <summary>The projection head of the layer; null for h.</summary>
    public HeadOptions? Head { get; init; }

    /// <summary>Whether rows are divided by their length.</summary>
    public bool Normalized { get; init; }

    /// <summary>Whether images are preprocessed as for transfer by linear evaluation.</summary>
    public bool ForTransfer { get; init; }

    /// <summary>The temperature of the probabilities.</summary>
    public double Temperature { get; init; } = 1;

    /// <summary>k of the novelty; 0 without a reference.</summary>
    public int Neighbors { get; init; }

    /// <summary>The threshold of the novelty.</summary>
    public double NoveltyThreshold { get; init; }

    /// <summary>The quality of the classifier.</summary>
    public ClassifierQuality? Quality { get; init; }

    /// <summary>Reads the description in a file.</summary>
    /// <exception cref="DataException">
    /// The file is not a classifier, of another format version, or the description is damaged.
    /// </exception>
    public static ClassifierDescription Parse(SafetensorsFile content, string file)
    {
        if (!content.Metadata.TryGetValue(Entry, out string? json))
        {
            throw new DataException(
                TrainedEncoder.HasDescription(content)
                    ? $"{file}: this is an encoder without a classifier; expected a file that "
                        + "ImageClassifier.Save wrote"
                    : $"{file}: this is not a classifier; expected a file that ImageClassifier.Save wrote");
        }

        try
        {
            int? format = JsonNode.Parse(json)?["format"]?.GetValue<int>();
            if (format != CurrentFormat)
            {
                throw new DataException(
                    $"{file}: the classifier is of format {format}, expected {CurrentFormat}; it was written by "
                        + "another version of SimClr");
            }

            ClassifierDescription found = JsonSerializer.Deserialize<ClassifierDescription>(json, Json.Compact)!;
            return found.ClassNames.Length > 1 && found.ClassNames.Distinct().Count() == found.ClassNames.Length
                && found.Temperature > 0 && double.IsFinite(found.Temperature)
                ? found
                : throw new DataException($"{file}: the description of the classifier is damaged");
        }
        catch (Exception error) when (error is JsonException or ArgumentException or InvalidOperationException
            or FormatException)
        {
            throw new DataException(
                $"{file}: the description of the classifier cannot be used ({Json.ReasonOf(error)})", error);
        }
    }
}

using System.Reflection;
using System.Security.Cryptography;
using System.Text.Json;
using SimClr.Checkpoints;
using SimClr.Data;
using SimClr.Internals;
using static TorchSharp.torch;

namespace SimClr.Embeddings;

/// <summary>Everything that decides the rows of a file: what was begun is gone on with only where all of it is the same.</summary>
/// <param name="Encoder">A hash of the weights, the head's too.</param>
/// <param name="Views">How images are prepared.</param>
/// <param name="Images">What the user typed for the images.</param>
/// <param name="Data">The set's fingerprint.</param>
/// <param name="Count">Images in the set.</param>
/// <param name="From">Index of the first image of this part.</param>
/// <param name="To">Index behind its last image.</param>
/// <param name="Projection">Whether rows are z instead of h.</param>
/// <param name="Normalize">Whether rows have length 1.</param>
/// <param name="DecodeLimitMegapixels">Larger images are skipped.</param>
/// <param name="ScaledDecode">At which size JPEGs are decoded.</param>
internal sealed record EmbeddingJob(
    string Encoder,
    string Views,
    string Images,
    string Data,
    int Count,
    int From,
    int To,
    bool Projection,
    bool Normalize,
    double DecodeLimitMegapixels,
    int ScaledDecode)
{
    /// <summary>Describes the embedding of one part of a set.</summary>
    public static EmbeddingJob Create(
        TrainedEncoder encoder, nn.Module? head, ImageDataSet images, int from, int to, bool normalize, DataOptions options) => new(
        HashOf([encoder.Module, .. head is null ? Array.Empty<nn.Module>() : [head]]),
        JsonSerializer.Serialize(encoder.Views, Json.Compact),
        images.Name,
        images.Fingerprint,
        images.Count,
        from,
        to,
        head is not null,
        normalize,
        options.DecodeLimitMegapixels,
        options.ScaledDecode);

    /// <summary>What differs from another job, in words; the name of the set alone is no difference.</summary>
    public IReadOnlyList<string> DifferencesTo(EmbeddingJob other) =>
    [
        .. typeof(EmbeddingJob).GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.Name != nameof(Images) && !Equals(property.GetValue(this), property.GetValue(other)))
            .Select(property => $"{JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name)} was {property.GetValue(this)} and is now {property.GetValue(other)}"),
    ];

    /// <summary>A hash of all weights and statistics.</summary>
    internal static string HashOf(IEnumerable<nn.Module> modules)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach ((string name, Tensor value) in modules.SelectMany(ModuleState.Enumerate))
        {
            using var scope = NewDisposeScope();
            hash.AppendData(System.Text.Encoding.UTF8.GetBytes(name));
            hash.AppendData(value.detach().cpu().contiguous().bytes);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
    }
}

using System.Reflection;
using System.Security.Cryptography;
using System.Text.Json;
using SimClr.Checkpoints;
using SimClr.Data;
using SimClr.Internals;
using static TorchSharp.torch;

namespace SimClr.Embeddings;

/// <summary>
/// The inputs that determine the rows of a file. A partial file is resumed only if all of them match.
/// </summary>
/// <param name="Encoder">A hash of the weights, including those of the head.</param>
/// <param name="Views">The preprocessing of the images, as JSON.</param>
/// <param name="Images">The images as the user specified them.</param>
/// <param name="Data">The fingerprint of the set.</param>
/// <param name="Count">The number of images in the set.</param>
/// <param name="From">The index of the first image of this part.</param>
/// <param name="To">The index after the last image of this part.</param>
/// <param name="Projection">Whether rows are z rather than h.</param>
/// <param name="Normalize">Whether rows are scaled to length 1.</param>
/// <param name="DecodeLimitMegapixels">
/// The limit on the size of an image, in megapixels. Larger images are skipped.
/// </param>
/// <param name="ScaledDecode">The size at which JPEGs are decoded.</param>
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
    /// <summary>Creates the job of embedding one part of a set.</summary>
    public static EmbeddingJob Create(
        TrainedEncoder encoder,
        nn.Module? head,
        ImageDataSet images,
        int from,
        int to,
        bool normalize,
        DataOptions options) => new(
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

    /// <summary>Returns descriptions of the differences from another job, without the name of the set.</summary>
    public IReadOnlyList<string> DifferencesTo(EmbeddingJob other) =>
    [
        .. typeof(EmbeddingJob).GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.Name != nameof(Images)
                && !Equals(property.GetValue(this), property.GetValue(other)))
            .Select(property => $"{JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name)} was "
                + $"{property.GetValue(this)} and is now {property.GetValue(other)}"),
    ];

    /// <summary>Returns a hash of all weights and statistics.</summary>
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

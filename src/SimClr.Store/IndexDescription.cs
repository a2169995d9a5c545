using SimClr.Checkpoints;
using SimClr.Search;

namespace SimClr.Store;

/// <summary>The properties that all vectors of an index share.</summary>
/// <param name="Dimension">The number of values per vector.</param>
/// <param name="Encoder">
/// The fingerprint of the encoder that computed the vectors (see <see cref="EncoderFingerprint"/>), or null if unknown.
/// </param>
/// <param name="Run">
/// The location of that encoder: a run directory, a safetensors file or <c>weights:NAME</c>; or null.
/// </param>
public sealed record IndexDescription(int Dimension, string? Encoder = null, string? Run = null)
{
    /// <summary>The similarity measure for vectors.</summary>
    public const string Metric = "cosine";

    /// <summary>Numbers per vector, 1 … 65,536.</summary>
    public int Dimension { get; init; } = Dimension is >= 1 and <= VectorIndex.MaxDimension
        ? Dimension
        : throw new ArgumentOutOfRangeException(
            nameof(Dimension),
            FormattableString.Invariant($"got {Dimension}, expected an integer from 1 to {VectorIndex.MaxDimension}"));

    /// <summary>Returns the description of an index of an encoder's vectors.</summary>
    /// <param name="encoder">The encoder.</param>
    /// <param name="run">The path from which the encoder was loaded.</param>
    public static IndexDescription ForEncoder(TrainedEncoder encoder, string run)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        return new IndexDescription(
            encoder.Dimension,
            EncoderFingerprint.Compute(encoder),
            WeightsCatalog.IsName(run) ? run : Path.GetFullPath(run));
    }

    /// <summary>Checks that an encoder is the one that computed the vectors.</summary>
    /// <param name="encoder">The encoder that embeds images for this index.</param>
    /// <param name="index">The name of the index, for messages.</param>
    /// <param name="run">The path from which the encoder was loaded, for messages.</param>
    /// <exception cref="DataException">
    /// The vectors of the encoder are not comparable with those of the index.
    /// </exception>
    public void Require(TrainedEncoder encoder, string index, string run)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        string fingerprint = EncoderFingerprint.Compute(encoder);
        if (Encoder is not null && Encoder != fingerprint)
        {
            throw new DataException(
                $"{index}: its vectors are from the encoder {Encoder} ({Run}), got {fingerprint} ({run}); "
                    + "vectors of different encoders cannot be compared. "
                    + "Use the encoder that computed them, or create another index");
        }

        int dimension = encoder.Dimension;
        if (dimension != Dimension)
        {
            throw new DataException(
                $"{index}: its vectors have {Dimension} numbers, the encoder of {run} produces {dimension}. Use the "
                    + "encoder that computed them");
        }
    }
}

using SimClr.Checkpoints;
using SimClr.Search;

namespace SimClr.Store;

/// <summary>What all vectors of an index have in common.</summary>
/// <param name="Dimension">Numbers per vector.</param>
/// <param name="Encoder">The fingerprint of the encoder that made them (see <see cref="EncoderFingerprint"/>), or null where it is not known.</param>
/// <param name="Run">Where that encoder is: a run directory or a safetensors file, or null.</param>
public sealed record IndexDescription(int Dimension, string? Encoder = null, string? Run = null)
{
    /// <summary>How vectors are compared.</summary>
    public const string Metric = "cosine";

    /// <summary>Numbers per vector, 1 … 65,536.</summary>
    public int Dimension { get; init; } = Dimension is >= 1 and <= VectorIndex.MaxDimension
        ? Dimension
        : throw new ArgumentOutOfRangeException(
            nameof(Dimension), FormattableString.Invariant($"got {Dimension}, expected an integer from 1 to {VectorIndex.MaxDimension}"));

    /// <summary>The description of an index of what an encoder makes.</summary>
    /// <param name="encoder">The encoder.</param>
    /// <param name="run">Where it was loaded from.</param>
    public static IndexDescription ForEncoder(TrainedEncoder encoder, string run)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        return new IndexDescription(encoder.Dimension, EncoderFingerprint.Compute(encoder), Path.GetFullPath(run));
    }

    /// <summary>Refuses an encoder that is not the one that made the vectors.</summary>
    /// <param name="encoder">What is to embed images for this index.</param>
    /// <param name="index">The index, for messages.</param>
    /// <param name="run">Where the encoder was loaded from, for messages.</param>
    /// <exception cref="DataException">Its vectors mean something else.</exception>
    public void Require(TrainedEncoder encoder, string index, string run)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        string fingerprint = EncoderFingerprint.Compute(encoder);
        if (Encoder is not null && Encoder != fingerprint)
        {
            throw new DataException(
                $"{index}: its vectors were made by the encoder {Encoder} ({Run}), got {fingerprint} ({run}); vectors of different encoders cannot be compared. Use the encoder that computed them, or create another index");
        }

        int dimension = encoder.Dimension;
        if (dimension != Dimension)
        {
            throw new DataException(
                $"{index}: its vectors have {Dimension} numbers, the encoder of {run} produces {dimension}. Use the encoder that computed them");
        }
    }
}

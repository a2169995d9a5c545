using SimClr.Augmentation;
using SimClr.Checkpoints;
using SimClr.Encoders;
using static TorchSharp.torch;

namespace SimClr.Embeddings;

/// <summary>A baseline for encoders: the pixels themselves, as one vector.</summary>
public static class PixelEncoder
{
    private const int MaxSide = 32;

    /// <summary>
    /// Creates an encoder whose h is its input, [N, 3, S, S] → [N, 3·S·S]. Sides above 32 pixels are reduced to 32.
    /// </summary>
    /// <param name="views">The views of the encoder to compare with.</param>
    public static TrainedEncoder Create(ViewOptions views)
    {
        ArgumentNullException.ThrowIfNull(views);
        return new TrainedEncoder(
            nn.Flatten(), new EncoderOptions(), views with { Size = Math.Min(views.Size, MaxSide) });
    }
}

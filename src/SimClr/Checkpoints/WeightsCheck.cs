using SimClr.Layers;
using static TorchSharp.torch;

namespace SimClr.Checkpoints;

/// <summary>A check that a written file reproduces the encoder.</summary>
public static class WeightsCheck
{
    private const int Images = 2;
    private const int MaxSide = 64;   // Encoders accept any size, and a small image exercises every weight.

    /// <summary>
    /// Returns the maximum absolute difference between the representations of random images by an encoder and by the
    /// encoder in a file.
    /// </summary>
    public static double MaxDifference(TrainedEncoder encoder, string file)
    {
        using TrainedEncoder written = TrainedEncoder.Load(file);
        using var scope = NewDisposeScope();
        int side = Math.Min(encoder.Views.Size, MaxSide);
        Tensor images = WeightInitializer.Uniform([Images, 3, side, side], 1, seed: 0, index: 0);
        return Compute(encoder, images).sub(Compute(written, images)).abs().max().item<float>();
    }

    private static Tensor Compute(TrainedEncoder encoder, Tensor images)
    {
        using var inference = new InferenceMode(encoder.Module);
        return encoder.Module.forward(images.to(device(inference.Device))).cpu();
    }
}

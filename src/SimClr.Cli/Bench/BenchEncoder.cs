using SimClr.Augmentation;
using SimClr.Checkpoints;
using SimClr.Encoders;

namespace SimClr.Cli.Bench;

/// <summary>
/// Untrained encoders in the memory layout of loaded ones: each is written to a file and loaded from it.
/// </summary>
internal static class BenchEncoder
{
    /// <param name="options">The options of the encoder.</param>
    /// <param name="views">The views that are its input.</param>
    /// <param name="device">cpu, cuda:N or mps.</param>
    public static TrainedEncoder Load(EncoderOptions options, ViewOptions views, string device)
    {
        using var folder = new ScratchFolder();
        string file = folder.PathOf("encoder.safetensors");
        using (var built = new TrainedEncoder(EncoderCatalog.Create(options, views.Size), options, views))
        {
            built.Save(file);
        }

        return TrainedEncoder.Load(file, device);
    }
}

using SimClr.Augmentation;
using SimClr.Checkpoints;
using SimClr.Encoders;

namespace SimClr.Cli.Bench;

/// <summary>
/// Untrained encoders that were saved and loaded again, so that they have the memory layout of a loaded encoder.
/// </summary>
internal static class BenchEncoder
{
    /// <param name="options">The encoder.</param>
    /// <param name="views">The views, which define its input.</param>
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

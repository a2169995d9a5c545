using SimClr.Augmentation;
using SimClr.Checkpoints;
using SimClr.Encoders;

namespace SimClr.Cli.Bench;

/// <summary>
/// Untrained encoders as a program gets them: written and loaded, in the memory layout that loading gives them.
/// </summary>
internal static class BenchEncoder
{
    /// <param name="options">The encoder.</param>
    /// <param name="views">Its input.</param>
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

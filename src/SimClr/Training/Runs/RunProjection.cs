using SimClr.Checkpoints;
using SimClr.Heads;

namespace SimClr.Training;

/// <summary>The projection head of a run, from its last checkpoint, with the encoder of the same step.</summary>
public sealed class RunProjection : IDisposable
{
    private RunProjection(TrainedEncoder encoder, ProjectionHead head, HeadOptions options)
    {
        Encoder = encoder;
        Head = head;
        Options = options;
    }

    /// <summary>The encoder of the last checkpoint.</summary>
    public TrainedEncoder Encoder { get; }

    /// <summary>The projection head of the same checkpoint.</summary>
    public ProjectionHead Head { get; }

    /// <summary>The options of the head.</summary>
    public HeadOptions Options { get; }

    /// <summary>Loads encoder and head onto the CPU.</summary>
    /// <param name="directory">The run directory.</param>
    /// <exception cref="ConfigurationException">
    /// The directory holds no run, or a run without a projection head.
    /// </exception>
    /// <exception cref="DataException">There is no checkpoint, or it is damaged.</exception>
    public static RunProjection Load(string directory)
    {
        string file = TrainedHead.CheckpointOf(directory);
        TrainedEncoder encoder = TrainedEncoder.Load(file);
        ProjectionHead head = TrainedHead.Load(directory, file, encoder, "cpu");
        return new RunProjection(encoder, head, RunRecord.Read(new RunDirectory(directory).RunFile).Configuration.Head);
    }

    /// <summary>Disposes the encoder and the head.</summary>
    public void Dispose()
    {
        Encoder.Dispose();
        Head.Dispose();
    }
}

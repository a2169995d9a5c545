using SimClr.Checkpoints;
using SimClr.Heads;

namespace SimClr.Training;

/// <summary>The projection head of a run, which is in its last checkpoint, with the encoder of the same step.</summary>
internal sealed class RunProjection : IDisposable
{
    private RunProjection(TrainedEncoder encoder, ProjectionHead head, HeadOptions options)
    {
        Encoder = encoder;
        Head = head;
        Options = options;
    }

    public TrainedEncoder Encoder { get; }

    public ProjectionHead Head { get; }

    public HeadOptions Options { get; }

    /// <exception cref="ConfigurationException">It is no run directory, or one without a projection head.</exception>
    /// <exception cref="DataException">There is no checkpoint, or it is damaged.</exception>
    public static RunProjection Load(string directory)
    {
        string file = TrainedHead.CheckpointOf(directory);
        TrainedEncoder encoder = TrainedEncoder.Load(file);
        ProjectionHead head = TrainedHead.Load(directory, file, encoder, "cpu");
        return new RunProjection(encoder, head, RunRecord.Read(new RunDirectory(directory).RunFile).Configuration.Head);
    }

    public void Dispose()
    {
        Encoder.Dispose();
        Head.Dispose();
    }
}

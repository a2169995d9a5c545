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
        var run = new RunDirectory(directory);
        RunRecord record = run.HasRun
            ? RunRecord.Read(run.RunFile)
            : throw new ConfigurationException(
                $"{directory}: the projection was asked for, but only a run directory has its head, in its last checkpoint; expected one with run.json");
        if (record.Task != RunRecord.Pretraining)
        {
            throw new ConfigurationException($"{directory}: the projection was asked for, but this run is supervised and has no projection head");
        }

        string file = run.LatestCheckpoint()
            ?? throw new DataException($"{directory}: there is no checkpoint, which would hold the projection head; expected one in checkpoints/");
        TrainedEncoder encoder = TrainedEncoder.Load(file);
        ProjectionHead head = TrainedHead.Load(directory, file, encoder, "cpu");
        return new RunProjection(encoder, head, record.Configuration.Head);
    }

    public void Dispose()
    {
        Encoder.Dispose();
        Head.Dispose();
    }
}

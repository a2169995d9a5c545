using SimClr.Checkpoints;
using SimClr.Configuration;
using SimClr.Data;
using SimClr.Diagnostics;
using SimClr.Store;
using SimClr.Store.Postgres;
using SimClr.Training;

namespace SimClr.Cli.Verbs;

/// <summary>Opens indexes and the encoders that go with them.</summary>
internal static class IndexOpening
{
    /// <summary>The index that a command line names.</summary>
    public static ImageCollection Open(CommandContext context, string name, string? store, IndexDescription? description = null)
        => store is not null
            ? new PostgresImageCollection(store, name, description)
            : new SqliteImageCollection(name, description) { Threads = ComputeEnvironment.ThreadsOf(context.Threads ?? 0) };

    /// <summary>The encoder of a run, on the device asked for.</summary>
    public static TrainedEncoder Encoder(CommandContext context, string run)
    {
        string device = ComputeEnvironment.ResolveDevice(context.Device ?? "auto");
        ComputeEnvironment.LimitThreads(context.Threads ?? 0);

        return TrainedEncoder.Load(run, device);
    }

    /// <summary>The encoder of an index: the one named, or the one that the index remembers. It must be the one that made its vectors.</summary>
    public static (TrainedEncoder Encoder, string Run) Encoder(CommandContext context, ImageCollection index, string? run)
    {
        IndexDescription description = index.Description;
        string place = run ?? description.Run ?? throw new ConfigurationException(
            $"--run is missing: {index.Name} does not say which encoder made its vectors, and images are embedded by one; name its run directory or file");
        if (run is null && !File.Exists(place) && !Directory.Exists(place))
        {
            throw new DataException($"{index.Name}: its encoder was {place}, and nothing is there now; name its place with --run");
        }

        TrainedEncoder encoder = Encoder(context, place);
        try
        {
            description.Require(encoder, index.Name, place);
            return (encoder, place);
        }
        catch
        {
            encoder.Dispose();
            throw;
        }
    }

    /// <summary>How images are read: as the run read its own, but for what --set says.</summary>
    public static DataOptions Reading(string? run, string[]? changes)
    {
        PretrainOptions basis = run is not null && new RunDirectory(run) is { HasRun: true } directory
            ? RunRecord.Read(directory.RunFile).Configuration
            : new PretrainOptions();
        return ReadingOption.LayOver(basis, changes, "the rest is as the encoder was trained").Data;
    }
}

using SimClr.Checkpoints;
using SimClr.Diagnostics;
using SimClr.Store;
using SimClr.Store.Postgres;

namespace SimClr.Cli.Verbs;

/// <summary>Opens indexes and the encoders that go with them.</summary>
internal static class IndexInputs
{
    /// <summary>The index that a command line names.</summary>
    public static ImageCollection Open(CommandContext context, string name, string? store, IndexDescription? description = null)
        => store is not null
            ? new PostgresImageCollection(store, name, description)
            : new SqliteImageCollection(name, description) { Threads = ComputeEnvironment.ThreadsOf(context.Threads ?? 0) };

    /// <summary>The encoder of an index: the one named, or the one that the index remembers. It must be the one that made its vectors.</summary>
    public static (TrainedEncoder Encoder, string Run) Encoder(CommandContext context, ImageCollection index, string? run)
    {
        IndexDescription description = index.Description;
        string place = run ?? description.Run ?? throw new ConfigurationException(
            $"--run is missing: {index.Name} does not store which encoder computed its vectors; give its run directory or file");
        if (run is null && !File.Exists(place) && !Directory.Exists(place))
        {
            throw new DataException($"{index.Name}: its encoder was {place}, which no longer exists; give its place with --run");
        }

        TrainedEncoder encoder = EncoderInput.Open(context, place);
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
}

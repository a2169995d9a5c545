using SimClr.Checkpoints;
using SimClr.Diagnostics;
using SimClr.Store;
using SimClr.Store.Postgres;

namespace SimClr.Cli.Verbs;

/// <summary>Opens indexes and their encoders.</summary>
internal static class IndexInputs
{
    /// <summary>Opens the index named on the command line.</summary>
    public static ImageCollection Open(
        CommandContext context, string name, string? store, IndexDescription? description = null)
        => store is not null
            ? new PostgresImageCollection(store, name, description)
            : new SqliteImageCollection(name, description)
            {
                Threads = ComputeEnvironment.ThreadsOf(context.Threads ?? 0),
            };

    /// <summary>
    /// Loads the encoder of an index: the one specified, or the one recorded in the index. It must be the encoder that
    /// produced the vectors.
    /// </summary>
    public static (TrainedEncoder Encoder, string Run) Encoder(
        CommandContext context, ImageCollection index, string? run)
    {
        IndexDescription description = index.Description;
        string place = run ?? description.Run ?? throw new ConfigurationException(
            $"--run is missing: {index.Name} does not store which encoder computed its vectors; "
                + "specify its run directory or file");
        if (run is null && !File.Exists(place) && !Directory.Exists(place) && !WeightsCatalog.IsName(place))
        {
            throw new DataException(
                $"{index.Name}: its encoder was {place}, which no longer exists; specify its new location with --run");
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

using System.Globalization;
using System.Numerics.Tensors;
using SimClr.Checkpoints;
using SimClr.Data;
using SimClr.Embeddings;
using SimClr.Store;

namespace SimClr.Cli.Verbs;

/// <summary>The encoder that computed embeddings, for a classifier to keep.</summary>
internal static class LabelEncoder
{
    private const int CheckedImages = 4;
    private const double MinCosine = 0.999;   // Decoders and processors differ in the last bits.

    /// <summary>Loads the encoder, and checks that it computed the embeddings.</summary>
    /// <exception cref="ConfigurationException">The encoder is not named.</exception>
    /// <exception cref="DataException">
    /// The encoder did not compute the embeddings, or no image can be read to check that.
    /// </exception>
    public static TrainedEncoder Open(CommandContext context, TableArguments arguments, TableInputs input)
    {
        string source = context.Value(arguments.Source);
        string? run = context.Value(arguments.Run);
        if (SqliteImageCollection.IsIndex(source))
        {
            using var index = new SqliteImageCollection(source);
            return IndexInputs.Encoder(context, index, run).Encoder;
        }

        TrainedEncoder encoder = EncoderInput.Open(context, run ?? throw new ConfigurationException(
            $"--run is missing: {source} does not store which encoder computed its rows, and --model keeps the encoder "
                + "too; give its run directory or file"));
        try
        {
            if (EmbeddingsInputs.IsFile(source))
            {
                DataOptions reading = EncoderInput.ReadingOf(run, context.Value(arguments.Set));
                Require(context, encoder, run, reading, source, input);
            }

            return encoder;
        }
        catch
        {
            encoder.Dispose();
            throw;
        }
    }

    private static void Require(
        CommandContext context,
        TrainedEncoder encoder,
        string run,
        DataOptions reading,
        string source,
        TableInputs input)
    {
        EmbeddingTable table = input.Table;
        if (encoder.Dimension != table.Dimension)
        {
            throw new DataException(
                $"{source}: its rows have {table.Dimension} numbers, the encoder of {run} produces "
                    + $"{encoder.Dimension}; give the encoder that computed them with --run");
        }

        // Spread over the table, whose beginning may be one folder.
        int step = Math.Max(1, table.Count / CheckedImages);
        (int Row, string File)[] found =
        [
            .. Enumerable.Range(0, table.Count).OrderBy(row => row % step)
                .Select(row => (row, File: input.Images.FileOf(row)))
                .Where(image => image.File is not null)
                .Take(CheckedImages)
                .Select(image => (image.row, Path.GetFullPath(image.File!))),
        ];
        if (found.Length == 0)
        {
            throw new DataException(
                $"{source}: none of its images was found, so that it cannot be checked whether {run} computed its "
                    + "rows; give the folder of the images with --images, or the images instead of embeddings");
        }

        using var images = ImageDataSet.FromFiles(
            [.. found.Select(image => image.File)], options: reading, name: source);
        EmbeddingTable again = Embedder.Embed(encoder, images, reading, cancellation: context.Cancel);
        foreach ((int i, string path) in again.Paths.Index())
        {
            int row = found.First(image => image.File == path).Row;
            double cosine = TensorPrimitives.CosineSimilarity(again[i], table[row]);
            if (!(cosine >= MinCosine))
            {
                throw new DataException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{source} was not computed by the encoder of {run}: the rows of {table.Paths[row]} have cosine "
                        + $"{cosine:0.000}, expected 1; give the encoder that computed them with --run"));
            }
        }
    }
}

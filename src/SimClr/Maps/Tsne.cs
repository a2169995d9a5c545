using SimClr.Embeddings;
using SimClr.Internals;
using SimClr.Search;

namespace SimClr.Maps;

/// <summary>
/// A map of neighborhoods by t-SNE (van der Maaten and Hinton 2008; paper, Figure B.4), with the repulsion of Barnes
/// and Hut (van der Maaten 2014): starting from principal components, the distances of neighbors by cosine on the map
/// follow their probabilities. Neighborhoods are meaningful; the sizes of groups and the distances between them are
/// not. The neighbors are exact. A seed determines the map on one machine, for any number of threads.
/// </summary>
public static class Tsne
{
    private const double StartDeviation = 1e-4;
    private const int StartDigits = 10;

    /// <summary>Projects the rows of a table.</summary>
    /// <param name="table">At least four embeddings, not all the same; their norms are ignored.</param>
    /// <param name="options">The perplexity, the steps and the seed.</param>
    /// <param name="progress">Receives the number of finished steps.</param>
    /// <param name="cancellation">Cancellation token, checked between steps.</param>
    /// <exception cref="DataException">
    /// There are fewer than four rows, all rows are the same, or there are rows of zeros or numbers that are not
    /// finite.
    /// </exception>
    public static ImageMap Project(
        EmbeddingTable table,
        TsneOptions? options = null,
        IProgress<int>? progress = null,
        CancellationToken cancellation = default)
    {
        options ??= new TsneOptions();
        var rows = UnitRows.FromTable(table, minRows: 4, "draw a map of neighborhoods");
        rows.RequireDifferent();
        double perplexity = Math.Min(options.Perplexity, (rows.Count - 1) / 3.0);
        var affinities = TsneAffinities.Compute(rows, perplexity, cancellation);
        double[] places = Start(rows, options.Seed);
        new TsneDescent(affinities, places, options).Run(progress, cancellation);
        return new ImageMap([.. places.Select(place => (float)place)]);
    }

    /// <summary>
    /// Computes the initial places: principal components of a small, fixed size, plus slight noise to separate
    /// coincident points. They are rounded, because the last bits of the components depend on the number of threads.
    /// </summary>
    private static double[] Start(UnitRows rows, long seed)
    {
        float[] components = Pca.Project(rows, out _);
        double deviation = Math.Sqrt(components.Where((_, i) => i % 2 == 0).Average(x => (double)x * x));
        var noise = new RandomStream(seed, Purpose.Map, -6);
        double[] places = new double[components.Length];
        for (int i = 0; i < places.Length; i++)
        {
            places[i] = Math.Round(components[i] / deviation * StartDeviation, StartDigits)
                + (StartDeviation / 100 * noise.NextNormal());
        }

        return places;
    }
}

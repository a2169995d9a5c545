using SimClr.Internals;
using SimClr.Search;

namespace SimClr.Tests.Search;

/// <summary>Vectors by address, and the results of a plain loop over them.</summary>
internal static class SyntheticVectors
{
    /// <summary>Normally distributed numbers; with clusters, around that many centers.</summary>
    public static float[] Draw(int row, int dimension, int clusters = 0, int seed = 1)
    {
        var noise = new RandomStream(seed, Purpose.Sample, row);
        var center = new RandomStream(seed, Purpose.Split, clusters > 0 ? row % clusters : 0);
        float[] vector = new float[dimension];
        for (int i = 0; i < dimension; i++)
        {
            vector[i] = (float)(noise.NextNormal() + (clusters > 0 ? center.NextNormal() : 0));
        }

        return vector;
    }

    public static VectorIndex Index(int rows, int dimension, int clusters = 0, int threads = 2)
    {
        var index = new VectorIndex(dimension) { Threads = threads };
        for (int row = 0; row < rows; row++)
        {
            index.Add(Draw(row, dimension, clusters));
        }

        return index;
    }

    /// <summary>Compares every vector and sorts all results.</summary>
    public static Neighbor[] PlainLoop(VectorIndex index, float[] query, int count)
    {
        float[] unit = new float[query.Length];
        VectorRows.Normalize(query, unit);
        return
        [
            .. Enumerable.Range(0, index.Count)
                .Where(row => !index.IsRemoved(row))
                .Select(row => new Neighbor(row, System.Numerics.Tensors.TensorPrimitives.Dot(index[row], unit)))
                .OrderByDescending(neighbor => neighbor.Similarity).ThenBy(neighbor => neighbor.Row)
                .Take(count),
        ];
    }

    public static double Recall(IEnumerable<Neighbor> truth, IEnumerable<Neighbor> found)
        => (double)truth.Select(n => n.Row).Intersect(found.Select(n => n.Row)).Count() / truth.Count();
}

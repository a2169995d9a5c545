namespace SimClr.Clusters;

/// <summary>Rows grouped into clusters around directions.</summary>
public sealed class Clustering
{
    internal Clustering(int[] assignments, float[] centers, int dimension, double meanCosine, int iterations)
    {
        (Assignments, Centers, Dimension, MeanCosine, Iterations) =
            (assignments, centers, dimension, meanCosine, iterations);
    }

    /// <summary>The number of clusters.</summary>
    public int K => Centers.Length / Dimension;

    /// <summary>The cluster of each row, 0 … K − 1; cluster 0 is the largest.</summary>
    public int[] Assignments { get; }

    /// <summary>
    /// The centers, K · dimension numbers: for each cluster the direction of the sum of its unit vectors, of length 1.
    /// </summary>
    public float[] Centers { get; }

    /// <summary>The dimension of a center.</summary>
    public int Dimension { get; }

    /// <summary>The objective of the clustering: the mean cosine of rows with their center.</summary>
    public double MeanCosine { get; }

    /// <summary>The number of steps of the best restart.</summary>
    public int Iterations { get; }

    /// <summary>Returns the number of rows of each cluster.</summary>
    public int[] Sizes()
    {
        int[] sizes = new int[K];
        Array.ForEach(Assignments, cluster => sizes[cluster]++);
        return sizes;
    }
}

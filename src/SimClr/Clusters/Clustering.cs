namespace SimClr.Clusters;

/// <summary>Rows divided into clusters around directions.</summary>
public sealed class Clustering
{
    internal Clustering(int[] assignments, float[] centers, int dimension, double meanCosine, int iterations)
    {
        (Assignments, Centers, Dimension, MeanCosine, Iterations) = (assignments, centers, dimension, meanCosine, iterations);
    }

    /// <summary>Clusters.</summary>
    public int K => Centers.Length / Dimension;

    /// <summary>The cluster of each row, 0 … K − 1; cluster 0 is the largest.</summary>
    public int[] Assignments { get; }

    /// <summary>K · dimension numbers: of each cluster the direction of the sum of its unit vectors, of length 1.</summary>
    public float[] Centers { get; }

    /// <summary>Numbers per center.</summary>
    public int Dimension { get; }

    /// <summary>The mean over rows of the cosine with their center: what is made as large as can be.</summary>
    public double MeanCosine { get; }

    /// <summary>Steps that the best try took.</summary>
    public int Iterations { get; }

    /// <summary>Rows of each cluster.</summary>
    public int[] Sizes()
    {
        int[] sizes = new int[K];
        Array.ForEach(Assignments, cluster => sizes[cluster]++);
        return sizes;
    }
}

using System.Numerics.Tensors;
using SimClr.Search;

namespace SimClr.Maps;

/// <summary>
/// The joint probabilities of t-SNE: p(j|i) is proportional to exp(−β d²) for the nearest neighbors j of i, where d is
/// the distance of their unit vectors (d² = 2 − 2 · cosine) and β makes the perplexity, exp of the entropy, the
/// requested one; p = (p(j|i) + p(i|j)) / 2n.
/// </summary>
internal sealed class TsneAffinities
{
    private const int BisectionSteps = 100;
    private const int NeighborsPerPerplexity = 3;   // van der Maaten 2014, Section 4.1

    internal TsneAffinities((int To, double P)[][] rows) => Rows = rows;

    /// <summary>The neighbors of each row in order, with their joint probabilities, which sum to 1.</summary>
    public IReadOnlyList<(int To, double P)[]> Rows { get; }

    /// <summary>Computes the probabilities. The result does not depend on the number of threads.</summary>
    public static TsneAffinities Compute(UnitRows rows, double perplexity, CancellationToken cancellation)
    {
        int neighbors = Math.Min(rows.Count - 1, (int)(NeighborsPerPerplexity * perplexity));
        var conditional = new (int To, double P)[rows.Count][];
        Parallel.For(0, rows.Count, new ParallelOptions { CancellationToken = cancellation }, row =>
        {
            (int[] nearest, double[] squares) = Nearest(rows, row, neighbors);
            conditional[row] = [.. nearest.Zip(Conditional(squares, perplexity))];
        });
        return new TsneAffinities(Symmetrize(conditional));
    }

    /// <summary>Returns p(j|i) of the neighbors from their squared distances.</summary>
    internal static double[] Conditional(double[] squares, double perplexity)
    {
        double nearest = squares.Min();
        double target = Math.Log(perplexity);
        (double low, double high, double beta) = (0, double.PositiveInfinity, 1);
        double[] found = new double[squares.Length];
        for (int step = 0; step < BisectionSteps; step++)
        {
            double sum = 0;
            double weighted = 0;
            for (int i = 0; i < squares.Length; i++)
            {
                double beyond = squares[i] - nearest;
                found[i] = Math.Exp(-beta * beyond);
                sum += found[i];
                weighted += beyond * found[i];
            }

            TensorPrimitives.Divide(found, sum, found);
            double entropy = Math.Log(sum) + (beta * weighted / sum);
            (low, high) = entropy > target ? (beta, high) : (low, beta);
            beta = double.IsPositiveInfinity(high) ? 2 * low : (low + high) / 2;
            if (!double.IsFinite(beta))
            {
                break;   // All neighbors are equally distant.
            }
        }

        return found;
    }

    private static (int[] Rows, double[] Squares) Nearest(UnitRows rows, int row, int count)
    {
        float[] negatives = new float[rows.Count];
        int[] others = new int[rows.Count];
        for (int other = 0; other < rows.Count; other++)
        {
            others[other] = other;
            negatives[other] = -TensorPrimitives.Dot(rows[row], rows[other]);
        }

        negatives[row] = float.PositiveInfinity;
        Array.Sort(negatives, others);
        return (others[..count], [.. negatives.Take(count).Select(negative => Math.Max(0, 2 + (2.0 * negative)))]);
    }

    private static (int To, double P)[][] Symmetrize((int To, double P)[][] conditional)
    {
        var rows = new List<(int To, double P)>[conditional.Length];
        for (int row = 0; row < rows.Length; row++)
        {
            rows[row] = new List<(int, double)>(2 * conditional[row].Length);
        }

        double all = 2.0 * conditional.Length;
        for (int row = 0; row < rows.Length; row++)
        {
            foreach ((int to, double p) in conditional[row])
            {
                rows[row].Add((to, p / all));
                rows[to].Add((row, p / all));
            }
        }

        return [.. rows.Select(row => row
            .GroupBy(edge => edge.To, (to, edges) => (to, edges.Sum(edge => edge.P)))
            .OrderBy(edge => edge.to)
            .ToArray())];
    }
}

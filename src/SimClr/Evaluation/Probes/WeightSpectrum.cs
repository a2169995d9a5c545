using SimClr.Internals;
using static TorchSharp.torch;

namespace SimClr.Evaluation;

/// <summary>
/// The spectrum of a linear projection head (paper, Figure B.3): a few large values mean that the head keeps few
/// directions of h. For a square matrix W, the values are the squared real parts of its eigenvalues, as in the paper;
/// for a rectangular one, which has no eigenvalues, its squared singular values.
/// </summary>
public sealed record WeightSpectrum
{
    private const double SmallShare = 0.01;

    private WeightSpectrum(bool square, double[] values, int rows, int columns)
        => (IsSquare, Values, Rows, Columns) = (square, values, rows, columns);

    /// <summary>Whether the values are those of eigenvalues rather than of singular values.</summary>
    public bool IsSquare { get; }

    /// <summary>The squared values, largest first.</summary>
    public IReadOnlyList<double> Values { get; }

    /// <summary>The number of rows of W: the width of z.</summary>
    public int Rows { get; }

    /// <summary>The number of columns of W: the width of h.</summary>
    public int Columns { get; }

    /// <summary>The share of values below 1% of the largest, 0 … 1.</summary>
    public double ShareBelowOnePercent => (double)Values.Count(value => value < SmallShare * Values[0]) / Values.Count;

    /// <summary>
    /// The effective rank (Roy and Vetterli 2007): exp of the entropy of the values divided by their sum, from 1 to the
    /// number of values; 0 if all are zero. (They divide singular values; here all values are squared.)
    /// </summary>
    public double EffectiveRank
    {
        get
        {
            double sum = Values.Sum();
            return sum == 0
                ? 0
                : Math.Exp(-Values.Where(value => value > 0).Sum(value => value / sum * Math.Log(value / sum)));
        }
    }

    /// <summary>Computes the spectrum of a matrix in double precision on the CPU.</summary>
    /// <param name="weights">W: [rows, columns].</param>
    /// <exception cref="DataException">A weight is not finite.</exception>
    public static WeightSpectrum Compute(Tensor weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentOutOfRangeException.ThrowIfNotEqual(weights.Dimensions, 2);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        Tensor w = weights.detach().cpu().to_type(ScalarType.Float64);
        if (!w.isfinite().all().item<bool>())
        {
            throw new DataException("the projection head holds weights that are not finite; was its training stable?");
        }

        (int rows, int columns) = ((int)w.shape[0], (int)w.shape[1]);
        Tensor values = rows == columns ? linalg.eigvals(w).real : linalg.svdvals(w);
        double[] squares = [.. values.pow(RootedScalars.Two).contiguous().data<double>()];
        return new WeightSpectrum(rows == columns, [.. squares.OrderDescending()], rows, columns);
    }
}

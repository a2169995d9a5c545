using SimClr.Internals;
using static TorchSharp.torch;

namespace SimClr.Layers;

/// <summary>Mean and variance of each channel over the views of all ranks.</summary>
/// <param name="Mean">[C], of the type of the running statistics.</param>
/// <param name="Variance">[C], of all values, divided by their count.</param>
/// <param name="Count">Values per channel over all ranks, a float64 scalar.</param>
internal sealed record GlobalMoments(Tensor Mean, Tensor Variance, Tensor Count)
{
    /// <summary>
    /// Combines each rank's moments, computed by PyTorch, in float64 around a value known to all ranks: there is no
    /// cancellation, and ranks may have different shares of the batch.
    /// </summary>
    /// <param name="input">This rank's values, [N, C, …].</param>
    /// <param name="around">A value near the means, [C], the same on all ranks.</param>
    /// <param name="totals">Sums over the ranks.</param>
    public static GlobalMoments Compute(Tensor input, Tensor around, IRankTotals totals)
    {
        using var _ = no_grad();
        long channels = around.shape[0];
        double count = (double)input.numel() / channels;
        (Tensor mean, Tensor variance) = ChannelMoments.Compute(input.detach(), around.dtype);
        Tensor center = around.to_type(ScalarType.Float64);
        Tensor distance = mean.to_type(ScalarType.Float64).sub_(center);                     // [C]
        // [C]: mean square around the center
        Tensor squares = distance.pow(RootedScalars.Two).add_(variance.to_type(ScalarType.Float64), RootedScalars.One);
        Tensor sums = cat([distance, squares, ones(1, ScalarType.Float64, input.device)])
            .mul_(RootedScalars.From(count));
        totals.Sum(sums);

        Tensor total = sums[2 * channels];
        Tensor moved = sums.narrow(0, 0, channels).div(total);
        Tensor spread = sums.narrow(0, channels, channels).div(total).sub_(moved.pow(RootedScalars.Two)).clamp_min_(
            RootedScalars.Zero);
        return new GlobalMoments(
            moved.add_(center, RootedScalars.One).to_type(around.dtype), spread.to_type(around.dtype), total);
    }

    /// <summary>Moves running statistics toward these moments, using the sample variance, as PyTorch does.</summary>
    public void Move(Tensor runningMean, Tensor runningVariance, double momentum)
    {
        using var _ = no_grad();
        Tensor sample = Count.div(Count.sub(RootedScalars.One)).to_type(Variance.dtype);
        runningMean.mul_(RootedScalars.From(1 - momentum)).add_(Mean, alpha: RootedScalars.From(momentum));
        runningVariance.mul_(RootedScalars.From(1 - momentum))
            .add_(Variance.mul(sample), alpha: RootedScalars.From(momentum));
    }
}

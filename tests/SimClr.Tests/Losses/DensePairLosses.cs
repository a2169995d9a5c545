using SimClr.Losses;
using static TorchSharp.torch;

namespace SimClr.Tests.Losses;

/// <summary>
/// The losses with negatives of one view by their definitions, with all [N, N] similarities at once: the reference for
/// the library's forms.
/// </summary>
internal static class DensePairLosses
{
    public static Tensor Loss(LossOptions options, Tensor z1, Tensor z2)
    {
        using var scope = NewDisposeScope();
        Tensor u1 = options.Normalize ? nn.functional.normalize(z1, p: 2, dim: 1) : z1;
        Tensor u2 = options.Normalize ? nn.functional.normalize(z2, p: 2, dim: 1) : z2;
        Tensor s = u1.matmul(u2.t());                                                  // [N, N]
        Tensor positive = s.diagonal();                                                // [N]
        Tensor negatives = eye(s.shape[0], dtype: ScalarType.Bool).logical_not();
        Tensor loss = options.Name == LossName.Margin
            ? Margin(options, s, positive, negatives)
            : NtLogistic(options, s, positive, negatives);
        return loss.MoveToOuterDisposeScope();
    }

    private static Tensor NtLogistic(LossOptions options, Tensor s, Tensor positive, Tensor negatives)
    {
        Tensor chosen = options.SemiHard
            ? Hardest(s, negatives.logical_and(s.less(positive.unsqueeze(1))))
            : s.masked_select(negatives);
        return Softplus(positive.neg().div(options.Temperature))
            .mean()
            .add(Mean(Softplus(chosen.div(options.Temperature))));
    }

    private static Tensor Margin(LossOptions options, Tensor s, Tensor positive, Tensor negatives)
    {
        Tensor excess = s.sub(positive.unsqueeze(1)).add(options.Margin);              // [N, N]
        Tensor within = negatives.logical_and(s.less(positive.unsqueeze(1))).logical_and(excess.greater(0));
        return Mean(options.SemiHard ? Hardest(excess, within) : excess.clamp(min: 0).masked_select(negatives));
    }

    private static Tensor Hardest(Tensor values, Tensor allowed)
    {
        Tensor highest = values.masked_fill(allowed.logical_not(), double.NegativeInfinity).max(1).values;
        return highest.masked_select(highest.isfinite());
    }

    private static Tensor Mean(Tensor values) => values.numel() > 0 ? values.mean() : values.sum();

    private static Tensor Softplus(Tensor x) => nn.functional.softplus(x, 1, 40);
}

using SimClr.Internals;
using static TorchSharp.torch;

namespace SimClr.Losses;

/// <summary>
/// Cross-entropy for images with one class each: the mean of −log p(label). With label smoothing ε (Szegedy et al.
/// 2016, Section 7), (1 − ε) of it and ε of the mean of −log p over all classes.
/// </summary>
internal static class SoftmaxCrossEntropy
{
    /// <param name="logits">[N, classes].</param>
    /// <param name="labels">[N] classes, from 0.</param>
    /// <param name="smoothing">ε: 0 to below 1.</param>
    /// <returns>A scalar, divided by N.</returns>
    public static Tensor Compute(Tensor logits, Tensor labels, double smoothing)
    {
        Tensor given = nn.functional.cross_entropy(logits, labels);
        return smoothing == 0
            ? given
            : given.mul(RootedScalars.From(1 - smoothing))
                .Plus(nn.functional.log_softmax(logits, 1).mean().mul(RootedScalars.From(-smoothing)));
    }
}

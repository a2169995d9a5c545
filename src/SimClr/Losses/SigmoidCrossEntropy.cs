using SimClr.Internals;
using static TorchSharp.torch;

namespace SimClr.Losses;

/// <summary>
/// Cross entropy for images that may have several classes: a separate sigmoid per class, −log σ(t z), with t = 1 if the
/// image has the class and −1 if not. t = 0 ("difficult") is ignored: it adds nothing to the loss, and its gradient is
/// zero. Summed over classes, as in the logistic regression of linear evaluation; averaged over images, so that the
/// gradients of the parts of a batch add up to that of the whole. Appendix B.8.2 does not specify a loss for VOC 2007.
/// </summary>
internal static class SigmoidCrossEntropy
{
    /// <param name="logits">z: [N, classes].</param>
    /// <param name="marks">t: [N, classes], each 1, −1 or 0, in the type of the logits.</param>
    /// <returns>A scalar, divided by N, including images whose marks are all 0.</returns>
    public static Tensor Compute(Tensor logits, Tensor marks)
    {
        Tensor counted = marks.abs();   // [N, classes]: 1, or 0 if difficult
        Tensor there = marks.clamp_min(RootedScalars.Zero);   // [N, classes]: 1, or 0
        return nn.functional.binary_cross_entropy_with_logits(logits, there, counted, nn.Reduction.Sum)
            .div(RootedScalars.From(logits.shape[0]));
    }
}

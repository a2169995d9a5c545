using SimClr.Internals;
using static TorchSharp.torch;

namespace SimClr.Losses;

/// <summary>
/// Cross-entropy where an image may have several classes: for each class a sigmoid of its own, −log σ(t z) with t = 1
/// where the image has the class and −1 where not. t = 0 ("difficult") does not count: it adds nothing, and its gradient is
/// zero. The sum over classes, as of the logistic regression of linear evaluation; the mean over images, so that the
/// gradients of the parts of a batch add up to that of the whole. Appendix B.8.2 names no loss for VOC 2007.
/// </summary>
internal static class SigmoidCrossEntropy
{
    /// <param name="logits">z: [N, classes].</param>
    /// <param name="marks">t: [N, classes], each 1, −1 or 0, of the type of the logits.</param>
    /// <returns>A scalar; divided by all N images, whatever counts in them.</returns>
    public static Tensor Compute(Tensor logits, Tensor marks)
    {
        Tensor counted = marks.abs();                                                      // [N, classes]: 1, or 0 where difficult
        Tensor there = marks.clamp_min(RootedScalars.Zero);                                      // [N, classes]: 1, or 0
        return nn.functional.binary_cross_entropy_with_logits(logits, there, counted, nn.Reduction.Sum).div(RootedScalars.From(logits.shape[0]));
    }
}

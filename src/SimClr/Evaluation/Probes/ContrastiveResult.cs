namespace SimClr.Evaluation;

/// <summary>The result of the contrastive task.</summary>
/// <param name="Accuracy">
/// The share of anchors to which their own second view is more similar than every other candidate, 0 … 1.
/// </param>
/// <param name="Interval">The 95% interval of the accuracy (bootstrap over the images).</param>
/// <param name="Entropy">
/// The entropy of the softmax over the candidates in nats (natural logarithm), averaged over the anchors: 0 … ln N.
/// </param>
/// <param name="Candidates">The number of candidates N.</param>
/// <param name="Images">The number of readable images, each of which is an anchor once.</param>
/// <param name="SkippedImages">The number of unreadable images.</param>
public sealed record ContrastiveResult(
    double Accuracy, Interval Interval, double Entropy, int Candidates, int Images, int SkippedImages);

namespace SimClr.Evaluation;

/// <summary>How well the kind of one transformation is predicted.</summary>
/// <param name="Name">
/// <c>color_or_gray</c>, <c>rotation</c>, <c>original_or_corrupted</c> or <c>original_or_sobel</c>.
/// </param>
/// <param name="Accuracy">The share of test views whose transformation is predicted, 0 … 1.</param>
/// <param name="Interval">The 95% interval of the accuracy (bootstrap over the test images).</param>
/// <param name="Chance">The accuracy of guessing: 1 / the number of kinds, because all are equally frequent.</param>
/// <param name="L2">The λ of the classifier.</param>
public sealed record TransformationAccuracy(string Name, double Accuracy, Interval Interval, double Chance, double L2);

/// <summary>The result of the prediction of transformations.</summary>
/// <param name="Accuracies">The accuracy for each transformation.</param>
/// <param name="TrainImages">The number of readable training images.</param>
/// <param name="TestImages">The number of readable test images.</param>
/// <param name="SkippedImages">The number of unreadable images of both sets.</param>
public sealed record TransformationResult(
    IReadOnlyList<TransformationAccuracy> Accuracies, int TrainImages, int TestImages, int SkippedImages);

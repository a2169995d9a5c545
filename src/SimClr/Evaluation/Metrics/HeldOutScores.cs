namespace SimClr.Evaluation;

/// <summary>The logits of labeled images by classifiers that were not fitted to them.</summary>
/// <param name="Logits">images · classes numbers, image by image.</param>
/// <param name="Classes">The number of classes.</param>
/// <param name="Labels">The class of each image.</param>
/// <param name="Origin">The images, for the reader: "5-fold cross-validation".</param>
internal sealed record HeldOutScores(float[] Logits, int Classes, IReadOnlyList<int> Labels, string Origin);

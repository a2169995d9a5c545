namespace SimClr.Evaluation;

/// <summary>The logits of labeled images by classifiers that were not fitted to them.</summary>
/// <param name="Logits">images · classes numbers, image by image.</param>
/// <param name="Classes">The number of classes.</param>
/// <param name="Labels">The class of each image.</param>
/// <param name="Origin">The images, for the reader: "5-fold cross-validation".</param>
internal sealed record HeldOutScores(float[] Logits, int Classes, IReadOnlyList<int> Labels, string Origin)
{
    /// <summary>Creates scores without the images of classes that were not learned.</summary>
    /// <returns>Null if no image is left.</returns>
    public static HeldOutScores? OfLearned(float[] logits, int classes, IReadOnlyList<int> labels, string origin)
    {
        int[] rows = [.. Enumerable.Range(0, labels.Count).Where(row => labels[row] < classes)];
        return rows.Length == 0 ? null : new HeldOutScores(
            [.. rows.SelectMany(row => logits.AsSpan(row * classes, classes).ToArray())],
            classes,
            [.. rows.Select(row => labels[row])],
            origin);
    }
}

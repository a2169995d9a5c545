namespace SimClr.Evaluation;

/// <summary>The classification results of one class.</summary>
/// <param name="Name">The name of the class, or its number if it has no name.</param>
/// <param name="Images">The number of test images of this class.</param>
/// <param name="Correct">The number of test images of this class that were predicted as this class.</param>
/// <param name="Predicted">The number of images of all classes that were predicted as this class.</param>
public sealed record ClassAccuracy(string Name, int Images, int Correct, int Predicted)
{
    /// <summary>
    /// The recall of the class: the share of its images that were predicted as it, 0 … 1; null if it has no images.
    /// </summary>
    public double? Accuracy => Images == 0 ? null : (double)Correct / Images;

    /// <summary>
    /// The share of the images predicted as the class that belong to it, 0 … 1; null if there are none.
    /// </summary>
    public double? Precision => Predicted == 0 ? null : (double)Correct / Predicted;
}

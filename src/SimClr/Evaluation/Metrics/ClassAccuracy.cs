namespace SimClr.Evaluation;

/// <summary>How one class was classified.</summary>
/// <param name="Name">The class, by its number where it has no name.</param>
/// <param name="Images">Test images of this class.</param>
/// <param name="Correct">How many of them were taken for this class.</param>
/// <param name="Predicted">How many images of all classes were taken for this class.</param>
public sealed record ClassAccuracy(string Name, int Images, int Correct, int Predicted)
{
    /// <summary>Share of its images that were taken for it (recall), 0 … 1; null where it has none.</summary>
    public double? Accuracy => Images == 0 ? null : (double)Correct / Images;

    /// <summary>Share of the images taken for it that are of it, 0 … 1; null where none was.</summary>
    public double? Precision => Predicted == 0 ? null : (double)Correct / Predicted;
}

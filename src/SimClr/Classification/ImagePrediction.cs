namespace SimClr.Classification;

/// <summary>The classification of one image.</summary>
public sealed class ImagePrediction
{
    private readonly IReadOnlyList<string> classNames;

    internal ImagePrediction(IReadOnlyList<string> classNames, float[] probabilities, double? novelty, bool isUnknown)
    {
        this.classNames = classNames;
        Probabilities = probabilities;
        Class = Evaluation.Accuracy.Predictions(probabilities, probabilities.Length)[0];
        Novelty = novelty;
        IsUnknown = isUnknown;
    }

    /// <summary>The number of the most probable class.</summary>
    public int Class { get; }

    /// <summary>The name of the most probable class, also if the image is unknown.</summary>
    public string Label => classNames[Class];

    /// <summary>
    /// The calibrated probability of the class, 0 … 1, given that the image shows one of the classes.
    /// </summary>
    public float Probability => Probabilities[Class];

    /// <summary>The probability of each class, by its number; they sum to 1.</summary>
    public IReadOnlyList<float> Probabilities { get; }

    /// <summary>
    /// The distance to the training images, 0 … 2 (<see cref="NoveltyReference"/>); null if the classifier has no
    /// reference.
    /// </summary>
    public double? Novelty { get; }

    /// <summary>Whether the image is unlike all training images, and so probably shows none of the classes.</summary>
    public bool IsUnknown { get; }

    /// <summary>Returns the most probable classes, in descending order of probability.</summary>
    /// <param name="count">The maximum number of classes.</param>
    public IReadOnlyList<(string Label, float Probability)> Top(int count) =>
    [
        .. Enumerable.Range(0, classNames.Count).OrderByDescending(number => Probabilities[number]).Take(count)
            .Select(number => (classNames[number], Probabilities[number])),
    ];
}

/// <summary>The classification of an image of a set.</summary>
/// <param name="Index">The index of the image in the set.</param>
/// <param name="Path">The path of the image.</param>
/// <param name="Prediction">The prediction.</param>
public sealed record ClassifiedImage(int Index, string Path, ImagePrediction Prediction);

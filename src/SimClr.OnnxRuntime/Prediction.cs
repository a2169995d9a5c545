namespace SimClr.OnnxRuntime;

/// <summary>The classification of one image.</summary>
public sealed class Prediction
{
    private readonly IReadOnlyList<string> classNames;

    internal Prediction(IReadOnlyList<string> classNames, float[] probabilities, float? novelty, bool isUnknown)
    {
        this.classNames = classNames;
        Probabilities = probabilities;
        Class = probabilities.IndexOf(probabilities.Max());
        Novelty = novelty;
        IsUnknown = isUnknown;
    }

    /// <summary>The number of the most probable class.</summary>
    public int Class { get; }

    /// <summary>The name of the most probable class, also if the image is unknown.</summary>
    public string Label => classNames[Class];

    /// <summary>The probability of the class, 0 … 1, given that the image shows one of the classes.</summary>
    public float Probability => Probabilities[Class];

    /// <summary>The probability of each class, by its number; they sum to 1.</summary>
    public IReadOnlyList<float> Probabilities { get; }

    /// <summary>
    /// The cosine distance to the training images, 0 … 2: to the k-th nearest of those that the model contains. Null if
    /// it contains none.
    /// </summary>
    public float? Novelty { get; }

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

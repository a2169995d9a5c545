namespace SimClr.Evaluation;

/// <summary>How many images of each class were taken for each class.</summary>
public sealed class ConfusionMatrix
{
    private readonly int[,] counts;

    /// <summary>Counts.</summary>
    /// <param name="labels">The class of each image, 0 … classes − 1.</param>
    /// <param name="predictions">The class that each was taken for.</param>
    /// <param name="classes">Classes, above 0.</param>
    public ConfusionMatrix(IReadOnlyList<int> labels, IReadOnlyList<int> predictions, int classes)
    {
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(predictions);
        counts = new int[classes, classes];
        for (int i = 0; i < labels.Count; i++)
        {
            counts[labels[i], predictions[i]]++;
        }
    }

    /// <summary>Number of classes.</summary>
    public int Classes => counts.GetLength(0);

    /// <summary>Images of one class that were taken for another, or rightly for itself.</summary>
    public int this[int label, int prediction] => counts[label, prediction];

    /// <summary>Images of a class.</summary>
    public int ImagesOf(int label) => Enumerable.Range(0, Classes).Sum(prediction => counts[label, prediction]);

    /// <summary>Images that were taken for a class.</summary>
    public int PredictedAs(int prediction) => Enumerable.Range(0, Classes).Sum(label => counts[label, prediction]);

    /// <summary>The mean of the accuracies of the classes that have images, 0 … 1.</summary>
    public double MeanPerClass()
        => Enumerable.Range(0, Classes).Where(label => ImagesOf(label) > 0).Average(label => (double)counts[label, label] / ImagesOf(label));
}

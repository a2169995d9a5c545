namespace SimClr.Evaluation;

/// <summary>The number of images of each class that were predicted as each class.</summary>
public sealed class ConfusionMatrix
{
    private readonly int[,] counts;

    /// <summary>Counts the predictions.</summary>
    /// <param name="labels">The class of each image, 0 … classes − 1.</param>
    /// <param name="predictions">The predicted class of each image, 0 … classes − 1.</param>
    /// <param name="classes">The number of classes, above 0.</param>
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

    /// <summary>The number of classes.</summary>
    public int Classes => counts.GetLength(0);

    /// <summary>The number of images of one class that were predicted as another, or as itself.</summary>
    public int this[int label, int prediction] => counts[label, prediction];

    /// <summary>Returns the number of images of a class.</summary>
    public int ImagesOf(int label) => Enumerable.Range(0, Classes).Sum(prediction => counts[label, prediction]);

    /// <summary>Returns the number of images that were predicted as a class.</summary>
    public int PredictedAs(int prediction) => Enumerable.Range(0, Classes).Sum(label => counts[label, prediction]);

    /// <summary>Computes the mean accuracy of the classes that have images, 0 … 1.</summary>
    public double MeanPerClass()
        => Enumerable.Range(0, Classes)
            .Where(label => ImagesOf(label) > 0)
            .Average(label => (double)counts[label, label] / ImagesOf(label));
}

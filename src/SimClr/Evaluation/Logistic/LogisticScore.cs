namespace SimClr.Evaluation;

/// <summary>The score of a logistic regression on rows, by the metric for the choice of λ.</summary>
internal static class LogisticScore
{
    /// <exception cref="DataException">
    /// The metric is for rows of one class and these have marks, or vice versa.
    /// </exception>
    public static void RequireCompatible(SelectionMetric metric, LogisticData data)
    {
        if (metric == SelectionMetric.MeanAveragePrecision == data.Marks is null)
        {
            throw new DataException(data.Marks is null
                ? $"{metric} is for rows with marks of several classes, expected {SelectionMetric.Top1} or {SelectionMetric.MeanPerClass} for rows of one class"
                : $"{metric} is for rows of one class, expected {SelectionMetric.MeanAveragePrecision} for rows with marks of several classes");
        }
    }

    public static double Compute(LogisticRegression model, LogisticData data, SelectionMetric metric)
    {
        float[] logits = model.Logits(data);
        return metric switch
        {
            SelectionMetric.Top1 => Accuracy.TopK(logits, model.Classes, data.Labels!, 1),
            SelectionMetric.MeanPerClass => MeanPerClass(Accuracy.Predictions(logits, model.Classes), data.Labels!),
            _ => MeanAveragePrecision.Compute(logits, data.Marks!, model.Classes),
        };
    }

    /// <summary>Computes the mean accuracy per class, over the classes that have rows.</summary>
    public static double MeanPerClass(IReadOnlyList<int> predictions, IReadOnlyList<int> labels)
        => Enumerable.Range(0, labels.Count)
            .GroupBy(row => labels[row])
            .Average(rows => rows.Average(row => predictions[row] == labels[row] ? 1.0 : 0));
}

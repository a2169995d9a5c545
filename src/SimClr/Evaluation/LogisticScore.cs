namespace SimClr.Evaluation;

/// <summary>How well a logistic regression does on rows, by the metric that λ is chosen by.</summary>
internal static class LogisticScore
{
    /// <exception cref="DataException">The metric is for rows of one class and these have marks, or the other way round.</exception>
    public static void RequireFitting(SelectionMetric metric, LogisticData data)
    {
        if (metric == SelectionMetric.MeanAveragePrecision == data.Marks is null)
        {
            throw new DataException(data.Marks is null
                ? $"{metric} is for rows with marks of several classes, expected {SelectionMetric.Top1} or {SelectionMetric.MeanPerClass} for rows of one class"
                : $"{metric} is for rows of one class, expected {SelectionMetric.MeanAveragePrecision} for rows with marks of several classes");
        }
    }

    public static double Of(LogisticRegression model, LogisticData data, SelectionMetric metric)
    {
        float[] logits = model.Logits(data);
        return metric switch
        {
            SelectionMetric.Top1 => Accuracy.TopK(logits, model.Classes, data.Labels!, 1),
            SelectionMetric.MeanPerClass => MeanPerClass(Accuracy.Predictions(logits, model.Classes), data.Labels!),
            _ => MeanAveragePrecision(logits, data.Marks!, model.Classes),
        };
    }

    /// <summary>The mean over the classes that have rows of the share of their rows that were classified right.</summary>
    public static double MeanPerClass(IReadOnlyList<int> predictions, IReadOnlyList<int> labels)
        => Enumerable.Range(0, labels.Count)
            .GroupBy(row => labels[row])
            .Average(rows => rows.Average(row => predictions[row] == labels[row] ? 1.0 : 0));

    /// <summary>
    /// The mean over classes of the mean of the highest precision at a recall of 0, 0.1 … 1 and above (VOC 2007). Rows without
    /// a mark for a class are not ranked for it; classes that are nowhere are left out.
    /// </summary>
    public static double MeanAveragePrecision(float[] logits, sbyte[] marks, int classes)
    {
        double[] all = [.. Enumerable.Range(0, classes)
            .Select(c => AveragePrecision(
                [.. Enumerable.Range(0, marks.Length / classes)
                    .Select(row => (row * classes) + c)
                    .Where(place => marks[place] != 0)
                    .OrderByDescending(place => logits[place])
                    .Select(place => marks[place] > 0)]))
            .Where(precision => !double.IsNaN(precision))];
        return all.Length == 0 ? 0 : all.Average();
    }

    private static double AveragePrecision(bool[] ranked)
    {
        int positives = ranked.Count(there => there);
        double[] highest = new double[11];
        int found = 0;
        for (int i = 0; i < ranked.Length; i++)
        {
            found += ranked[i] ? 1 : 0;
            int reached = positives == 0 ? -1 : 10 * found / positives;   // Recall of 0, 0.1 … reached · 0.1.
            for (int level = 0; level <= reached; level++)
            {
                highest[level] = Math.Max(highest[level], (double)found / (i + 1));
            }
        }

        return positives == 0 ? double.NaN : highest.Average();
    }
}

namespace SimClr.Evaluation;

/// <summary>Mean average precision (<see cref="AveragePrecision"/>) of marks in the convention of PASCAL VOC.</summary>
internal static class MeanAveragePrecision
{
    /// <summary>Computes the mean over classes and its 95% interval over images; 0 if no image shows a class.</summary>
    /// <param name="scores">images · classes numbers, image by image.</param>
    /// <param name="marks">
    /// images · classes marks: 1 if the class is present, −1 if absent, 0 if the image does not count for it.
    /// </param>
    /// <param name="classes">The number of classes.</param>
    /// <param name="seed">The seed of the resamples.</param>
    public static (double Value, Interval Interval) Compute(float[] scores, sbyte[] marks, int classes, long seed)
    {
        if (Outcome(scores, marks, classes, seed) is not { } outcome)
        {
            return (0, new Interval(0, 0));
        }

        return (outcome.MeanAveragePrecision, outcome.MeanAveragePrecisionInterval);
    }

    /// <summary>Computes the mean over classes alone.</summary>
    public static double Compute(float[] scores, sbyte[] marks, int classes)
        => Outcome(scores, marks, classes, seed: 0)?.MeanAveragePrecision ?? 0;

    /// <summary>Computes the average precision of each class.</summary>
    public static IReadOnlyList<ClassPrecision> PerClass(
        float[] scores, sbyte[] marks, IReadOnlyList<string> classNames)
        => Outcome(scores, marks, classNames.Count, seed: 0, classNames)?.PerClass
            ?? [.. classNames.Select(name => new ClassPrecision(name, 0, null))];

    private static MultiLabelOutcome? Outcome(
        float[] scores, sbyte[] marks, int classes, long seed, IReadOnlyList<string>? classNames = null)
        => Array.Exists(marks, mark => mark > 0)
            ? new MultiLabelOutcome(Array.ConvertAll(marks, ToLabelMark), scores, classes, classNames, seed)
            : null;

    private static LabelMark ToLabelMark(sbyte mark) => mark switch
    {
        > 0 => LabelMark.Present,
        < 0 => LabelMark.Absent,
        _ => LabelMark.Difficult,
    };
}

namespace SimClr.Evaluation;

/// <summary>Mean average precision (<see cref="AveragePrecision"/>) of marks as PASCAL VOC writes them.</summary>
internal static class MeanAveragePrecision
{
    /// <summary>The mean over classes, and its 95 % interval over images; 0 where no image shows a class.</summary>
    /// <param name="scores">images · classes numbers, image by image.</param>
    /// <param name="marks">As many: 1 where the class is there, −1 where not, 0 where the image does not count for it.</param>
    /// <param name="classes">Classes.</param>
    /// <param name="seed">Fixes the resamples.</param>
    public static (double Value, Interval Interval) Compute(float[] scores, sbyte[] marks, int classes, long seed)
    {
        if (Outcome(scores, marks, classes, seed) is not { } outcome)
        {
            return (0, new Interval(0, 0));
        }

        return (outcome.MeanAveragePrecision, outcome.MeanAveragePrecisionInterval);
    }

    /// <summary>The mean alone.</summary>
    public static double Compute(float[] scores, sbyte[] marks, int classes)
        => Outcome(scores, marks, classes, seed: 0)?.MeanAveragePrecision ?? 0;

    /// <summary>Class by class.</summary>
    public static IReadOnlyList<ClassPrecision> PerClass(float[] scores, sbyte[] marks, IReadOnlyList<string> classNames)
        => Outcome(scores, marks, classNames.Count, seed: 0, classNames)?.PerClass ?? [.. classNames.Select(name => new ClassPrecision(name, 0, null))];

    private static MultiLabelOutcome? Outcome(float[] scores, sbyte[] marks, int classes, long seed, IReadOnlyList<string>? classNames = null)
        => Array.Exists(marks, mark => mark > 0) ? new MultiLabelOutcome(Array.ConvertAll(marks, ToLabelMark), scores, classes, classNames, seed) : null;

    private static LabelMark ToLabelMark(sbyte mark) => mark switch
    {
        > 0 => LabelMark.Present,
        < 0 => LabelMark.Absent,
        _ => LabelMark.Difficult,
    };
}

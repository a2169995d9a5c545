using System.Globalization;

namespace SimClr.Cli.Studies;

/// <summary>Results of a study as text.</summary>
internal static class StudyText
{
    /// <summary>The mean with its interval, or why there is none.</summary>
    public static string Value(StudyPointResult point)
    {
        if (point.Values.Count == 0)
        {
            return point.Diverged > 0 ? "diverged" : "not measured";
        }

        string mean = Number(point.Mean, point.Measure);
        return point.Interval is { } interval
            ? $"{mean} [{Number(interval.Low, point.Measure)}, {Number(interval.High, point.Measure)}]"
            : mean;
    }

    /// <summary>A number of a claim: percent with one decimal, others with two.</summary>
    public static string Plain(double value, StudyMeasure measure)
        => value.ToString(measure.Percent ? "F1" : "F2", CultureInfo.InvariantCulture);

    /// <summary>
    /// A number of a claim with its sign; rounded before, or a small negative number would be a negative zero.
    /// </summary>
    public static string Signed(double value, StudyMeasure measure)
        => measure.Percent
            ? Math.Round(value, 1).ToString("+0.0;−0.0;0.0", CultureInfo.InvariantCulture)
            : Math.Round(value, 2).ToString("+0.00;−0.00;0.00", CultureInfo.InvariantCulture);

    /// <summary>A number of a measure: percent with one decimal, others with three significant digits.</summary>
    public static string Number(double value, StudyMeasure measure)
        => measure.Percent
            ? value.ToString("F1", CultureInfo.InvariantCulture)
            : value.ToString(Math.Abs(value) >= 1000 ? "N0" : "G3", CultureInfo.InvariantCulture);
}

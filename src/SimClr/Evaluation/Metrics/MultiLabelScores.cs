using System.Globalization;
using System.Text;
using SimClr.Data;

namespace SimClr.Evaluation;

/// <summary>The predictions for multi-label test images.</summary>
/// <param name="Paths">The paths of the images.</param>
/// <param name="ClassNames">The classes by number.</param>
/// <param name="Marks">
/// images · classes marks, image by image: 1 if the class is present, −1 if absent, 0 if the image does not count for
/// it.
/// </param>
/// <param name="Scores">images · classes scores; a higher score means more confidence.</param>
public sealed record MultiLabelScores(
    IReadOnlyList<string> Paths, IReadOnlyList<string> ClassNames, sbyte[] Marks, float[] Scores)
{
    /// <summary>The header of the file: CSV with a row for each image and class.</summary>
    public const string Header = "path,class,mark,score";

    /// <summary>The average precision of each class.</summary>
    public IReadOnlyList<ClassPrecision> PerClass => MeanAveragePrecision.PerClass(Scores, Marks, ClassNames);

    /// <summary>Computes the mean average precision and its 95% interval over images.</summary>
    public (double Value, Interval Interval) Measure(long seed)
        => MeanAveragePrecision.Compute(Scores, Marks, ClassNames.Count, seed);

    /// <summary>Writes the scores as CSV, below <see cref="Header"/>.</summary>
    /// <param name="stream">The stream, which stays open.</param>
    public void Write(Stream stream)
    {
        using var text = new StreamWriter(stream, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
        text.WriteLine(Header);
        for (int i = 0; i < Scores.Length; i++)
        {
            (int image, int label) = Math.DivRem(i, ClassNames.Count);
            text.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{CsvField.Quote(Paths[image])},{CsvField.Quote(ClassNames[label])},{Marks[i]},{Scores[i]:R}"));
        }
    }
}

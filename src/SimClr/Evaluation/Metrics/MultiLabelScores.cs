using System.Globalization;
using System.Text;
using SimClr.Data;
using SimClr.Internals;

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

    /// <summary>Whether a file has the header of scores; other and unreadable files have not.</summary>
    /// <param name="file">The file.</param>
    public static bool IsScores(string file)
    {
        try
        {
            using StreamReader text = RegularFile.OpenText(file);
            char[] start = new char[Header.Length + 1];
            int length = text.ReadBlock(start);
            return new string(start, 0, length).TrimEnd('\r', '\n') == Header;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return false;
        }
    }

    /// <summary>Reads scores that <see cref="Write"/> wrote.</summary>
    /// <param name="file">The file.</param>
    /// <exception cref="DataException">There is no such file, or it holds something else.</exception>
    public static MultiLabelScores Read(string file)
    {
        try
        {
            using StreamReader text = RegularFile.OpenText(file);
            return Parse(file, CsvReader.Read(text));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or FormatException
            or ArgumentException)
        {
            throw new DataException($"{file} cannot be read as a file of scores: {error.Message}", error);
        }
    }

    // The rows of an image follow one another, with the classes in the same order for every image.
    private static MultiLabelScores Parse(string file, IEnumerable<(int Line, string[] Fields)> records)
    {
        (int Line, string[] Fields)[] rows = [.. records.Skip(1)];
        foreach ((int line, string[] fields) in rows)
        {
            if (fields.Length != 4
                || fields[2] is not ("1" or "-1" or "0")
                || !float.TryParse(fields[3], CultureInfo.InvariantCulture, out float score)
                || float.IsNaN(score))
            {
                throw new DataException(
                    $"{file}, line {line}: got '{string.Join(',', fields)}', expected {Header} with a mark of 1, -1 or "
                        + "0 and a number as the score");
            }
        }

        int classes = rows.TakeWhile(row => row.Fields[0] == rows[0].Fields[0]).Count();
        if (classes == 0 || rows.Length % classes != 0)
        {
            throw new DataException(
                $"{file}: got {rows.Length} rows and {classes} classes of the first image, expected a row for each "
                    + "image and class");
        }

        foreach ((int index, (int line, string[] fields)) in rows.Index())
        {
            string[] first = rows[index - (index % classes)].Fields;
            string expected = rows[index % classes].Fields[1];
            if (fields[0] != first[0] || fields[1] != expected)
            {
                throw new DataException(
                    $"{file}, line {line}: got the class '{fields[1]}' of {fields[0]}, expected '{expected}' of "
                        + $"{first[0]}: the classes of every image in the same order");
            }
        }

        return new MultiLabelScores(
            [.. rows.Where((_, index) => index % classes == 0).Select(row => row.Fields[0])],
            [.. rows.Take(classes).Select(row => Nfc.Compose(row.Fields[1]))],
            [.. rows.Select(row => sbyte.Parse(row.Fields[2], CultureInfo.InvariantCulture))],
            [.. rows.Select(row => float.Parse(row.Fields[3], CultureInfo.InvariantCulture))]);
    }

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

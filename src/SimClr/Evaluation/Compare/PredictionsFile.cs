using System.Text;
using SimClr.Data;
using SimClr.Internals;

namespace SimClr.Evaluation;

/// <summary>A row of a predictions file.</summary>
/// <param name="Path">The path of the image.</param>
/// <param name="Label">The class of the image.</param>
/// <param name="Predicted">The predicted class.</param>
public sealed record Prediction(string Path, string Label, string Predicted)
{
    /// <summary>Whether the prediction is correct.</summary>
    public bool Correct => Label == Predicted;
}

/// <summary>
/// The predictions of an evaluation for each test image, for comparison with those of another. CSV with the header
/// <c>path,label,prediction,correct</c>; classes by name, <c>correct</c> 1 or 0.
/// </summary>
public static class PredictionsFile
{
    /// <summary>The name of the predictions file in a folder.</summary>
    public const string DefaultName = "predictions.csv";

    private const string Header = "path,label,prediction,correct";

    /// <summary>Writes the predictions of an evaluation.</summary>
    /// <param name="stream">The stream, which stays open.</param>
    /// <param name="outcome">The evaluation.</param>
    public static void Write(Stream stream, EvaluationOutcome outcome)
    {
        using var text = new StreamWriter(stream, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
        text.WriteLine(Header);
        foreach (Prediction row in Rows(outcome))
        {
            text.WriteLine(
                $"{CsvField.Quote(row.Path)},{CsvField.Quote(row.Label)},"
                    + $"{CsvField.Quote(row.Predicted)},{(row.Correct ? 1 : 0)}");
        }
    }

    /// <summary>Returns the predictions of an evaluation, image by image.</summary>
    /// <param name="outcome">The evaluation.</param>
    public static IReadOnlyList<Prediction> Rows(EvaluationOutcome outcome)
        => [.. outcome.Paths.Select((path, i) => new Prediction(
            path, outcome.ClassNames[outcome.Labels[i]], outcome.ClassNames[outcome.Predictions[i]]))];

    /// <summary>Reads a predictions file, or the one named <see cref="DefaultName"/> in a folder.</summary>
    /// <exception cref="DataException">There is no such file, or it was not written by <see cref="Write"/>.</exception>
    public static IReadOnlyList<Prediction> Read(string place)
    {
        string file = Directory.Exists(place) ? Path.Combine(place, DefaultName) : place;
        try
        {
            using StreamReader text = RegularFile.OpenText(file);
            return Parse(file, CsvReader.Read(text));
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new DataException(
                $"there is no predictions file {file}; PredictionsFile.Write({file}) writes one",
                error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or FormatException
            or ArgumentException)
        {
            throw new DataException($"{file} cannot be read as a predictions file: {error.Message}", error);
        }
    }

    private static List<Prediction> Parse(string file, IEnumerable<(int Line, string[] Fields)> records)
    {
        List<Prediction> found = [];
        bool header = true;
        foreach ((int line, string[] fields) in records)
        {
            if (header)
            {
                header = false;
                RequireHeader(file, fields);
                continue;
            }

            found.Add(ParseRow(file, line, fields));
        }

        return found.Count > 0 ? found : throw new DataException(
            $"{file} holds no predictions; expected a row per image below the header '{Header}'");
    }

    private static void RequireHeader(string file, string[] fields)
    {
        string got = string.Join(',', fields);
        if (got == MultiLabelScores.Header)
        {
            throw new DataException(
                $"{file} holds scores of images with several classes each, which are not right or wrong as a whole; "
                    + "expected a predictions file of a set with one class per image, or scores on both sides");
        }

        if (got != Header)
        {
            throw new DataException(
                $"{file}, line 1: got '{(got.Length > 60 ? got[..60] + "…" : got)}', expected the header "
                    + $"'{Header}' of a predictions file");
        }
    }

    private static Prediction ParseRow(string file, int line, string[] fields)
    {
        if (fields.Length != 4)
        {
            throw new DataException(
                $"{file}, line {line}: got {fields.Length} field(s), expected the four of '{Header}'");
        }

        var found = new Prediction(fields[0], Nfc.Compose(fields[1]), Nfc.Compose(fields[2]));
        string correct = found.Correct ? "1" : "0";
        return fields[3] == correct
            ? found
            : throw new DataException(
                $"{file}, line {line}: got correct = '{fields[3]}' for label '{found.Label}' and prediction "
                    + $"'{found.Predicted}', expected {correct}; was the file edited by hand?");
    }
}

using SimClr.Internals;

namespace SimClr.Evaluation;

/// <summary>What two evaluations said about the same images, image by image.</summary>
/// <param name="Labels">The class of each image, 0 … classes − 1.</param>
/// <param name="A">Whether the first was right.</param>
/// <param name="B">Whether the second was right.</param>
public sealed record PredictionPair(int[] Labels, bool[] A, bool[] B)
{
    private const int MaxNamed = 3;

    /// <summary>
    /// Brings both into one order. Images are the same by their paths, without the folder that all images of a file
    /// share, so that it does not matter from where the test set was named.
    /// </summary>
    /// <param name="a">The first.</param>
    /// <param name="b">The second.</param>
    /// <param name="nameA">What to call the first in messages.</param>
    /// <param name="nameB">What to call the second.</param>
    /// <exception cref="DataException">They are about different images, or disagree about a label.</exception>
    public static PredictionPair Match(IReadOnlyList<Prediction> a, IReadOnlyList<Prediction> b, string nameA, string nameB)
    {
        (Prediction[] first, Prediction[] second) = (SortByPath(a), SortByPath(b));
        string[] pathsA = [.. first.Select(row => row.Path)];
        string[] pathsB = [.. second.Select(row => row.Path)];
        if (!pathsA.SequenceEqual(pathsB))
        {
            throw new DataException(
                $"{nameA} and {nameB} are about different images ({a.Count} and {b.Count}{Only(pathsA, pathsB, nameA)}{Only(pathsB, pathsA, nameB)}); expected two evaluations on the same test images");
        }

        if (first.Zip(second).FirstOrDefault(pair => pair.First.Label != pair.Second.Label) is (Prediction x, Prediction y))
        {
            throw new DataException($"{x.Path} has the label '{x.Label}' in {nameA} and '{y.Label}' in {nameB}; expected the same labels in both");
        }

        var numbers = first.Select(row => row.Label).Distinct().Order(StringComparer.Ordinal).Index().ToDictionary(pair => pair.Item, pair => pair.Index);
        return new PredictionPair(
            [.. first.Select(row => numbers[row.Label])], [.. first.Select(row => row.Correct)], [.. second.Select(row => row.Correct)]);
    }

    private static Prediction[] SortByPath(IReadOnlyList<Prediction> rows)
    {
        int shared = SharedFolder(rows);
        return [.. rows.Select(row => row with { Path = Nfc.Compose(row.Path[shared..].Replace('\\', '/')) }).OrderBy(row => row.Path, StringComparer.Ordinal)];
    }

    /// <summary>The length of the folder, with its separator, that all paths begin with.</summary>
    private static int SharedFolder(IReadOnlyList<Prediction> rows)
    {
        ReadOnlySpan<char> shared = rows[0].Path;
        foreach (Prediction row in rows)
        {
            shared = shared[..shared.CommonPrefixLength(row.Path)];
        }

        return shared.LastIndexOfAny('/', '\\') + 1;
    }

    private static string Only(string[] paths, string[] others, string name)
    {
        string[] only = [.. paths.Except(others).Take(MaxNamed)];
        return only.Length == 0 ? "" : $"; only in {name}: {string.Join(", ", only)}{(only.Length == MaxNamed ? ", …" : "")}";
    }
}

namespace SimClr.Evaluation;

/// <summary>The predictions of two evaluations for the same images, image by image.</summary>
/// <param name="Labels">The class of each image, 0 … classes − 1.</param>
/// <param name="A">Whether the first prediction is correct.</param>
/// <param name="B">Whether the second prediction is correct.</param>
public sealed record PredictionPair(int[] Labels, bool[] A, bool[] B)
{
    /// <summary>
    /// Pairs the rows of both by image. Images match by path without the folder common to all paths of a file, so the
    /// location of the test set does not matter.
    /// </summary>
    /// <param name="a">The first predictions.</param>
    /// <param name="b">The second predictions.</param>
    /// <param name="nameA">The name of the first in messages.</param>
    /// <param name="nameB">The name of the second in messages.</param>
    /// <exception cref="DataException">The predictions cover different images or disagree about a label.</exception>
    public static PredictionPair Match(
        IReadOnlyList<Prediction> a, IReadOnlyList<Prediction> b, string nameA, string nameB)
    {
        (int[] rowsA, int[] rowsB) = ImagePairs.Match(
            [.. a.Select(row => row.Path)], [.. b.Select(row => row.Path)], nameA, nameB);
        Prediction[] first = [.. rowsA.Select(row => a[row])];
        Prediction[] second = [.. rowsB.Select(row => b[row])];
        if (first.Zip(second)
            .FirstOrDefault(pair => pair.First.Label != pair.Second.Label) is (Prediction x, Prediction y))
        {
            throw new DataException(
                $"{x.Path} has the label '{x.Label}' in {nameA} and '{y.Label}' in {nameB}; "
                    + "expected the same labels in both");
        }

        var numbers = first.Select(row => row.Label).Distinct().Order(StringComparer.Ordinal).Index().ToDictionary(
            pair => pair.Item, pair => pair.Index);
        return new PredictionPair(
            [.. first.Select(row => numbers[row.Label])],
            [.. first.Select(row => row.Correct)],
            [.. second.Select(row => row.Correct)]);
    }
}

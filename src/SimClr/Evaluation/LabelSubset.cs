using SimClr.Internals;

namespace SimClr.Evaluation;

/// <summary>Chooses a few labeled rows, the same number of each class (paper, Section 4.2 and Appendix B.5).</summary>
public static class LabelSubset
{
    /// <summary>Draws rows of each class, without replacement; the draw of a class does not depend on the others.</summary>
    /// <param name="labels">The class of each row.</param>
    /// <param name="perClass">Rows of each class, above 0.</param>
    /// <param name="seed">Fixes the choice.</param>
    /// <returns>The rows in ascending order.</returns>
    /// <exception cref="DataException">A class has fewer rows.</exception>
    public static int[] PerClass(IReadOnlyList<int> labels, int perClass, long seed = 0)
    {
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(perClass);
        var chosen = new List<int>();
        foreach (IGrouping<int, int> rows in Enumerable.Range(0, labels.Count).GroupBy(row => labels[row]))
        {
            int[] candidates = [.. rows];
            if (candidates.Length < perClass)
            {
                throw new DataException(
                    $"class {rows.Key} has {candidates.Length} labeled images, expected at least {perClass}; ask for fewer labels per class");
            }

            new RandomStream(seed, Purpose.Sample, rows.Key).Shuffle(candidates.AsSpan());
            chosen.AddRange(candidates.AsSpan(0, perClass));
        }

        return [.. chosen.Order()];
    }
}

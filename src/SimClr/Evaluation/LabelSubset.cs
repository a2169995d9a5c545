using SimClr.Internals;

namespace SimClr.Evaluation;

/// <summary>Balanced subsets of labeled rows (paper, Section 4.2 and Appendix B.5).</summary>
public static class LabelSubset
{
    /// <summary>
    /// Draws rows of each class without replacement; the draw of one class does not depend on the others.
    /// </summary>
    /// <param name="labels">The class of each row.</param>
    /// <param name="perClass">The number of rows per class, above 0.</param>
    /// <param name="seed">The seed of the draw. Default: 0.</param>
    /// <param name="classNames">The classes by number, for messages; or null.</param>
    /// <returns>The rows in ascending order.</returns>
    /// <exception cref="DataException">A class has fewer rows.</exception>
    public static int[] PerClass(
        IReadOnlyList<int> labels, int perClass, long seed = 0, IReadOnlyList<string>? classNames = null)
    {
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(perClass);
        return Draw(labels, _ => perClass, seed, classNames);
    }

    /// <summary>
    /// Draws a share of all rows (rounded), divided evenly over the classes like the paper's lists: of ImageNet's 1,000
    /// classes of 732 to 1,300 images, 12 or 13 each at 1% and 128 or 129 at 10%. A class with too few rows contributes
    /// all of them, and the others make up the difference. If the rows do not divide evenly, classes chosen by the seed
    /// contribute one more. Each class contributes at least one row. For the same seed, a smaller share is a subset of
    /// a larger one.
    /// </summary>
    /// <param name="labels">The class of each row.</param>
    /// <param name="fraction">The share of rows, above 0 and at most 1; 1 takes every row.</param>
    /// <param name="seed">The seed of the draw. Default: 0.</param>
    /// <returns>The rows in ascending order.</returns>
    /// <exception cref="ConfigurationException">The fraction is out of range.</exception>
    public static int[] Fraction(IReadOnlyList<int> labels, double fraction, long seed = 0)
    {
        ArgumentNullException.ThrowIfNull(labels);
        if (!(fraction is > 0 and <= 1))
        {
            throw new ConfigurationException(FormattableString.Invariant(
                $"the fraction of labels is {fraction}, expected a number above 0 and at most 1, such as 0.01"));
        }

        Dictionary<int, int> sizes = labels.CountBy(label => label).ToDictionary();
        int rows = Math.Max(sizes.Count, (int)Math.Round(fraction * labels.Count));
        return Draw(labels, Evenly(sizes, rows, seed), seed, null);
    }

    /// <summary>Splits rows into a held-out share of each class (at least one row) and the rest.</summary>
    /// <param name="labels">The class of each row.</param>
    /// <param name="share">The share of each class that is held out, above 0 and below 1.</param>
    /// <param name="seed">The seed of the draw. Default: 0.</param>
    /// <param name="classNames">The classes by number, for messages; or null.</param>
    /// <returns>Both parts, in ascending order.</returns>
    /// <exception cref="DataException">A class has only one row.</exception>
    public static (int[] Kept, int[] HeldOut) Split(
        IReadOnlyList<int> labels, double share, long seed = 0, IReadOnlyList<string>? classNames = null)
    {
        ArgumentNullException.ThrowIfNull(labels);
        Dictionary<int, int> sizes = labels.CountBy(label => label).ToDictionary();
        if (sizes.FirstOrDefault(size => size.Value < 2) is { Value: 1 } single)
        {
            throw new DataException(
                $"class {NameOf(single.Key, classNames)} has one labeled image, expected at least two: "
                    + "part of each class is held out; provide more labels");
        }

        int[] heldOut = Draw(
            labels, label => Math.Max(1, (int)Math.Round(share * sizes[label])), seed, classNames, Purpose.Split);
        return ([.. Enumerable.Range(0, labels.Count).Except(heldOut)], heldOut);
    }

    // All rows of each class up to a level shared by the others; at least one class has rows above the level.
    private static Func<int, int> Evenly(Dictionary<int, int> sizes, int rows, long seed)
    {
        int[] classes = [.. sizes.Keys.Order()];
        new RandomStream(seed, Purpose.Sample, -1).Shuffle(classes.AsSpan());
        int level = 0;
        int left = rows;
        foreach ((int index, int size) in sizes.Values.Order().Index())
        {
            level = left / (classes.Length - index);
            if (size > level)
            {
                break;
            }

            left -= size;
        }

        int[] above = [.. classes.Where(label => sizes[label] > level)];
        HashSet<int> larger = [.. above.Take(left - (level * above.Length))];
        return label => Math.Min(sizes[label], level) + (larger.Contains(label) ? 1 : 0);
    }

    private static int[] Draw(
        IReadOnlyList<int> labels,
        Func<int, int> rowsOf,
        long seed,
        IReadOnlyList<string>? classNames,
        Purpose purpose = Purpose.Sample)
    {
        var chosen = new List<int>();
        foreach (IGrouping<int, int> rows in Enumerable.Range(0, labels.Count).GroupBy(row => labels[row]))
        {
            int[] candidates = [.. rows];
            int wanted = rowsOf(rows.Key);
            if (candidates.Length < wanted)
            {
                throw new DataException(
                    $"class {NameOf(rows.Key, classNames)} has {candidates.Length} labeled images, expected at least "
                        + $"{wanted}; ask for fewer labels per class");
            }

            new RandomStream(seed, purpose, rows.Key).Shuffle(candidates.AsSpan());
            chosen.AddRange(candidates.AsSpan(0, wanted));
        }

        return [.. chosen.Order()];
    }

    private static string NameOf(int label, IReadOnlyList<string>? names)
        => names is null ? $"{label}" : $"'{names[label]}'";
}

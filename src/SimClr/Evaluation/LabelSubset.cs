using SimClr.Internals;

namespace SimClr.Evaluation;

/// <summary>Chooses a few labeled rows, balanced over the classes (paper, Section 4.2 and Appendix B.5).</summary>
public static class LabelSubset
{
    /// <summary>Draws rows of each class, without replacement; the draw of a class does not depend on the others.</summary>
    /// <param name="labels">The class of each row.</param>
    /// <param name="perClass">Rows of each class, above 0.</param>
    /// <param name="seed">Fixes the choice.</param>
    /// <param name="classNames">The classes by number, for messages; or null.</param>
    /// <returns>The rows in ascending order.</returns>
    /// <exception cref="DataException">A class has fewer rows.</exception>
    public static int[] PerClass(IReadOnlyList<int> labels, int perClass, long seed = 0, IReadOnlyList<string>? classNames = null)
    {
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(perClass);
        return Draw(labels, _ => perClass, seed, classNames);
    }

    /// <summary>
    /// Draws a share of the rows of each class, rounded, and at least one. Where all classes have the same number of rows, the
    /// share of all rows is kept to: where it does not divide, classes chosen by the seed give one row more. Of the same seed, a
    /// smaller share is part of a larger one, but for these.
    /// </summary>
    /// <param name="labels">The class of each row.</param>
    /// <param name="fraction">Above 0, at most 1; 1 takes every row.</param>
    /// <param name="seed">Fixes the choice.</param>
    /// <returns>The rows in ascending order.</returns>
    /// <exception cref="ConfigurationException">The fraction is none.</exception>
    public static int[] Fraction(IReadOnlyList<int> labels, double fraction, long seed = 0)
    {
        ArgumentNullException.ThrowIfNull(labels);
        if (!(fraction is > 0 and <= 1))
        {
            throw new ConfigurationException(FormattableString.Invariant(
                $"the fraction of labels is {fraction}, expected a number above 0 and at most 1, such as 0.01"));
        }

        Dictionary<int, int> sizes = labels.CountBy(label => label).ToDictionary();
        Func<int, int> rowsOf = sizes.Values.Distinct().Count() == 1
            ? Evenly(sizes.Keys, (int)Math.Round(fraction * labels.Count), seed)
            : label => (int)Math.Round(fraction * sizes[label], MidpointRounding.AwayFromZero);
        return Draw(labels, label => Math.Max(1, rowsOf(label)), seed, null);
    }

    /// <summary>Divides rows into those to hold out, a share of each class (at least one), and the rest.</summary>
    /// <param name="labels">The class of each row.</param>
    /// <param name="share">The share of each class that is held out, above 0 and below 1.</param>
    /// <param name="seed">Fixes the choice.</param>
    /// <param name="classNames">The classes by number, for messages; or null.</param>
    /// <returns>Both in ascending order.</returns>
    /// <exception cref="DataException">A class has one row only.</exception>
    public static (int[] Kept, int[] HeldOut) Split(
        IReadOnlyList<int> labels, double share, long seed = 0, IReadOnlyList<string>? classNames = null)
    {
        ArgumentNullException.ThrowIfNull(labels);
        Dictionary<int, int> sizes = labels.CountBy(label => label).ToDictionary();
        if (sizes.FirstOrDefault(size => size.Value < 2) is { Value: 1 } single)
        {
            throw new DataException(
                $"class {NameOf(single.Key, classNames)} has one labeled image, expected at least two: part of each class is held out; give more labels");
        }

        int[] heldOut = Draw(labels, label => Math.Max(1, (int)Math.Round(share * sizes[label])), seed, classNames, Purpose.Split);
        return ([.. Enumerable.Range(0, labels.Count).Except(heldOut)], heldOut);
    }

    private static Func<int, int> Evenly(IEnumerable<int> labels, int rows, long seed)
    {
        int[] classes = [.. labels.Order()];
        new RandomStream(seed, Purpose.Sample, -1).Shuffle(classes.AsSpan());
        HashSet<int> larger = [.. classes.Take(rows % classes.Length)];
        return label => (rows / classes.Length) + (larger.Contains(label) ? 1 : 0);
    }

    private static int[] Draw(
        IReadOnlyList<int> labels, Func<int, int> rowsOf, long seed, IReadOnlyList<string>? classNames, Purpose purpose = Purpose.Sample)
    {
        var chosen = new List<int>();
        foreach (IGrouping<int, int> rows in Enumerable.Range(0, labels.Count).GroupBy(row => labels[row]))
        {
            int[] candidates = [.. rows];
            int wanted = rowsOf(rows.Key);
            if (candidates.Length < wanted)
            {
                throw new DataException(
                    $"class {NameOf(rows.Key, classNames)} has {candidates.Length} labeled images, expected at least {wanted}; ask for fewer labels per class");
            }

            new RandomStream(seed, purpose, rows.Key).Shuffle(candidates.AsSpan());
            chosen.AddRange(candidates.AsSpan(0, wanted));
        }

        return [.. chosen.Order()];
    }

    private static string NameOf(int label, IReadOnlyList<string>? names) => names is null ? $"{label}" : $"'{names[label]}'";
}

using SimClr.Embeddings;
using SimClr.Internals;

namespace SimClr.Evaluation;

/// <summary>
/// Rows of features for a logistic regression, with their ground truth: one class per row, or a mark per row and class.
/// A view of tables, without copies.
/// </summary>
public sealed class LogisticData
{
    private readonly Part[] parts;

    private LogisticData(Part[] parts, int dimension, int classes, int[]? labels, sbyte[]? marks)
    {
        (this.parts, Dimension, Classes, Labels, Marks) = (parts, dimension, classes, labels, marks);
        Count = parts.Sum(part => part.Count);
    }

    /// <summary>The number of rows.</summary>
    public int Count { get; }

    /// <summary>The number of features per row.</summary>
    public int Dimension { get; }

    /// <summary>The number of classes.</summary>
    public int Classes { get; }

    /// <summary>The class of each row, or null if there are marks.</summary>
    internal int[]? Labels { get; }

    /// <summary>rows · classes marks, or null if each row has one class.</summary>
    internal sbyte[]? Marks { get; }

    /// <summary>Creates data from the rows of a table and their labels.</summary>
    /// <exception cref="DataException">The table has no labels, no rows, or numbers that are not finite.</exception>
    public static LogisticData FromTable(EmbeddingTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        return new LogisticData(
            [Part.FromTable(table)], table.Dimension, table.Classes, [.. table.RequireLabels()], null);
    }

    /// <summary>Creates data from the rows of a table, each with any number of classes.</summary>
    /// <param name="table">The features; its labels are ignored.</param>
    /// <param name="marks">
    /// rows · classes marks in the convention of PASCAL VOC: 1 if the class is present, −1 if absent, 0 if the row does
    /// not count for the class ("difficult").
    /// </param>
    /// <param name="classes">The number of classes, above 0.</param>
    /// <exception cref="ArgumentException">The number of marks is wrong, or a mark is not −1, 0 or 1.</exception>
    /// <exception cref="DataException">The table has no rows, or numbers that are not finite.</exception>
    public static LogisticData FromTable(EmbeddingTable table, IReadOnlyList<sbyte> marks, int classes)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(marks);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(classes);
        if (marks.Count != (long)table.Count * classes || marks.Any(mark => mark is < -1 or > 1))
        {
            throw new ArgumentException(
                $"got {marks.Count} marks, expected {table.Count} · {classes}, each −1, 0 or 1", nameof(marks));
        }

        return new LogisticData([Part.FromTable(table)], table.Dimension, classes, null, [.. marks]);
    }

    /// <summary>Returns some of the rows, in the given order.</summary>
    public LogisticData Subset(IReadOnlyList<int> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        (Part Part, int Row)[] found = [.. rows.Select(Locate)];
        Part[] pieces = [.. Runs(found)];
        return new LogisticData(
            pieces,
            Dimension,
            Classes,
            Labels is null ? null : [.. rows.Select(row => Labels[row])],
            Marks is null ? null : [.. rows.SelectMany(row => Marks.Skip(row * Classes).Take(Classes))]);
    }

    /// <summary>Appends the rows of another instance to these.</summary>
    /// <exception cref="DataException">The dimensions, the classes or the kinds of ground truth differ.</exception>
    public LogisticData Concat(LogisticData others)
    {
        ArgumentNullException.ThrowIfNull(others);
        RequireLike(others);
        return new LogisticData(
            [.. parts, .. others.parts],
            Dimension,
            Math.Max(Classes, others.Classes),
            Labels is null ? null : [.. Labels, .. others.Labels!],
            Marks is null ? null : [.. Marks, .. others.Marks!]);
    }

    /// <summary>
    /// Holds out a share of the rows: the same share of each class, or of all rows if there are marks.
    /// </summary>
    /// <param name="share">The share to hold out, between 0 and 1.</param>
    /// <param name="seed">
    /// The seed of the draw; the draw of one class does not depend on the others. Default: 0.
    /// </param>
    /// <returns>The remaining rows, and the held-out rows: at least one of each class with two or more.</returns>
    /// <exception cref="DataException">No class has two rows, so none can be held out.</exception>
    public (LogisticData Kept, LogisticData HeldOut) HoldOut(double share, long seed = 0)
    {
        int[] heldOut = [.. Enumerable.Range(0, Count)
            .GroupBy(row => Labels?[row] ?? 0)
            .SelectMany(rows => Draw([.. rows], share, seed, rows.Key))
            .Order()];
        if (heldOut.Length == 0)
        {
            throw new DataException(
                "no class has two training rows, so none can be held out for validation; "
                    + "expected a class with at least two, or validation rows");
        }

        bool[] isOut = new bool[Count];
        Array.ForEach(heldOut, row => isOut[row] = true);
        return (Subset([.. Enumerable.Range(0, Count).Where(row => !isOut[row])]), Subset(heldOut));
    }

    /// <exception cref="DataException">
    /// The others do not match these in dimension, kind of ground truth or classes of marks.
    /// </exception>
    internal void RequireLike(LogisticData others)
    {
        if (Dimension != others.Dimension)
        {
            throw new DataException(
                $"got rows of {Dimension} and of {others.Dimension} numbers; they must come from one encoder");
        }

        if (Labels is null != others.Labels is null || (Labels is null && Classes != others.Classes))
        {
            throw new DataException(
                "got rows with different kinds of ground truth, expected one class per row in both, or marks "
                    + "of the same classes in both");
        }
    }

    /// <summary>Copies rows of features.</summary>
    /// <param name="start">The number of the first row.</param>
    /// <param name="target">The destination, filled with as many whole rows as fit.</param>
    internal void CopyTo(int start, Span<float> target)
    {
        int skip = start;
        foreach (Part part in parts)
        {
            int take = Math.Min(part.Count - skip, target.Length / Dimension);
            if (take > 0)
            {
                part.CopyTo(skip, take, target);
                target = target[(take * Dimension)..];
            }

            skip = Math.Max(0, skip - part.Count);
        }
    }

    private static IEnumerable<int> Draw(int[] rows, double share, long seed, int stream)
    {
        new RandomStream(seed, Purpose.Split, stream).Shuffle(rows.AsSpan());
        int most = rows.Length - 1;
        return rows.Take(Math.Min(most, Math.Max(1, (int)(rows.Length * share))));
    }

    private static IEnumerable<Part> Runs((Part Part, int Row)[] found)
    {
        for (int begin = 0; begin < found.Length;)
        {
            int end = begin;
            while (end < found.Length && ReferenceEquals(found[end].Part.Table, found[begin].Part.Table))
            {
                end++;
            }

            yield return new Part(found[begin].Part.Table, [.. found[begin..end].Select(place => place.Row)]);
            begin = end;
        }
    }

    private (Part Part, int Row) Locate(int row)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(row);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, Count);
        int index = 0;
        for (; row >= parts[index].Count; index++)
        {
            row -= parts[index].Count;
        }

        return (parts[index], parts[index].Rows?[row] ?? row);
    }

    /// <summary>Rows of one table; all of them if <paramref name="Rows"/> is null.</summary>
    private sealed record Part(EmbeddingTable Table, int[]? Rows)
    {
        public int Count => Rows?.Length ?? Table.Count;

        public static Part FromTable(EmbeddingTable table)
        {
            if (table.Count == 0)
            {
                throw new DataException("got a table without rows, expected at least one");
            }

            table.RequireFinite();
            return new Part(table, null);
        }

        public void CopyTo(int start, int count, Span<float> target)
        {
            if (Rows is null)
            {
                Table.Values.AsSpan(start * Table.Dimension, count * Table.Dimension).CopyTo(target);
                return;
            }

            for (int i = 0; i < count; i++)
            {
                Table[Rows[start + i]].CopyTo(target[(i * Table.Dimension)..]);
            }
        }
    }
}

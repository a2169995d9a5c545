using System.Globalization;
using System.Numerics.Tensors;
using SimClr.Internals;

namespace SimClr.Embeddings;

/// <summary>The embeddings of images: one row per image, with its path and optional label.</summary>
public sealed class EmbeddingTable
{
    // Squares of the values of a shorter row lose precision in float32 or underflow.
    private const float MinPlainNorm = 1e-15f;

    /// <summary>Creates a table of rows and their descriptions.</summary>
    /// <param name="values">rows · dimension values, row by row. Not copied.</param>
    /// <param name="dimension">The number of values per row, above 0.</param>
    /// <param name="paths">The image path of each row.</param>
    /// <param name="labels">The class of each row, 0 … classes − 1, or null.</param>
    /// <param name="classNames">The class names by number, or null. May include classes without rows.</param>
    /// <param name="widths">The width of each image in pixels, or null if unknown.</param>
    /// <param name="heights">
    /// The height of each image in pixels, or null if unknown. Widths and heights are either both known or both null.
    /// </param>
    /// <exception cref="ArgumentException">The lengths do not match.</exception>
    public EmbeddingTable(
        float[] values,
        int dimension,
        IReadOnlyList<string> paths,
        IReadOnlyList<int>? labels = null,
        IReadOnlyList<string>? classNames = null,
        IReadOnlyList<int>? widths = null,
        IReadOnlyList<int>? heights = null)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentNullException.ThrowIfNull(paths);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(dimension);
        if (values.LongLength != (long)paths.Count * dimension || (labels is not null && labels.Count != paths.Count))
        {
            throw new ArgumentException(
                $"got {values.Length} values, {paths.Count} paths and {labels?.Count ?? paths.Count} labels; "
                    + $"expected {dimension} values and one label per path");
        }

        if ((widths?.Count ?? paths.Count) != paths.Count || heights?.Count != widths?.Count)
        {
            throw new ArgumentException(
                $"got {paths.Count} paths, {widths?.Count ?? 0} widths and {heights?.Count ?? 0} heights; "
                    + "expected one of each per path, or neither");
        }

        Values = values;
        Dimension = dimension;
        Paths = paths;
        Labels = labels;
        ClassNames = classNames;
        Widths = widths;
        Heights = heights;
    }

    /// <summary>All values, row by row.</summary>
    public float[] Values { get; }

    /// <summary>The number of values per row.</summary>
    public int Dimension { get; }

    /// <summary>
    /// Creates a table of rows with optional class names. The table has labels if every row has a class name. Otherwise
    /// <see cref="NoLabelsReason"/> names a row without one.
    /// </summary>
    /// <param name="values">rows · dimension values, row by row. Not copied.</param>
    /// <param name="dimension">The number of values per row, above 0.</param>
    /// <param name="paths">The image path of each row.</param>
    /// <param name="classes">
    /// The class name of each row, null or empty for none; an empty list if no row has a class. Names that differ by
    /// Unicode normalization alone are one class.
    /// </param>
    /// <param name="order">Returns the distinct names in the order of their numbers.</param>
    /// <param name="widths">The width of each image in pixels, or null if unknown.</param>
    /// <param name="heights">The height of each image in pixels, or null if unknown.</param>
    public static EmbeddingTable WithClasses(
        float[] values,
        int dimension,
        IReadOnlyList<string> paths,
        IReadOnlyList<string?> classes,
        Func<IEnumerable<string>, string[]> order,
        IReadOnlyList<int>? widths,
        IReadOnlyList<int>? heights)
    {
        ArgumentNullException.ThrowIfNull(paths);
        ArgumentNullException.ThrowIfNull(classes);
        ArgumentNullException.ThrowIfNull(order);
        int[] without = [.. Enumerable.Range(0, classes.Count).Where(row => string.IsNullOrEmpty(classes[row]))];
        if (without.Length > 0 || classes.Count == 0)
        {
            return new EmbeddingTable(values, dimension, paths, null, null, widths, heights)
            {
                NoLabelsReason = without.Length < classes.Count
                    ? $"the row of '{paths[without[0]]}' has no label ({without.Length} of {classes.Count} rows)"
                    : null,
            };
        }

        string[] composed = [.. classes.Select(name => Nfc.Compose(name!))];
        string[] names = order(composed);
        Dictionary<string, int> numbers = names.Index().ToDictionary(pair => pair.Item, pair => pair.Index);
        return new EmbeddingTable(
            values, dimension, paths, [.. composed.Select(name => numbers[name])], names, widths, heights);
    }

    /// <summary>
    /// Returns the distinct class names in the order of their numbers: numeric order if all names are numbers, else
    /// ordinal order.
    /// </summary>
    /// <param name="names">The class names, in any order, with or without repetitions.</param>
    public static string[] OrderClasses(IEnumerable<string> names)
    {
        string[] all = [.. names.Distinct().Order(StringComparer.Ordinal)];
        long[] numbers = [.. all.Select(name
            => long.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : -1)];
        if (Array.TrueForAll(numbers, number => number >= 0))
        {
            Array.Sort(numbers, all);
        }

        return all;
    }

    /// <summary>
    /// Returns the label of a row as text: the name of its class, or its number if the classes have no names; null
    /// without labels.
    /// </summary>
    /// <param name="row">0 ≤ row &lt; <see cref="Count"/>.</param>
    public string? LabelOf(int row)
        => Labels is not { } labels ? null
            : ClassNames?[labels[row]] ?? labels[row].ToString(CultureInfo.InvariantCulture);

    /// <summary>The number of rows.</summary>
    public int Count => Paths.Count;

    /// <summary>The image path of each row.</summary>
    public IReadOnlyList<string> Paths { get; }

    /// <summary>
    /// The reason that the table has no labels although some rows have a class name. Null if the table has labels, or
    /// if no row has a class name.
    /// </summary>
    public string? NoLabelsReason { get; private init; }

    /// <summary>The class of each row, or null.</summary>
    public IReadOnlyList<int>? Labels { get; }

    /// <summary>The class names by number, or null.</summary>
    public IReadOnlyList<string>? ClassNames { get; }

    /// <summary>The width of each image as decoded, in pixels, or null if unknown.</summary>
    public IReadOnlyList<int>? Widths { get; }

    /// <summary>The height of each image as decoded, in pixels, or null if unknown.</summary>
    public IReadOnlyList<int>? Heights { get; }

    /// <summary>
    /// The number of classes: from the class names, otherwise from the largest label; 0 without labels.
    /// </summary>
    public int Classes => ClassNames?.Count ?? (Labels is { Count: > 0 } ? Labels.Max() + 1 : 0);

    /// <summary>Returns one embedding.</summary>
    public ReadOnlySpan<float> this[int row] => Values.AsSpan(row * Dimension, Dimension);

    /// <summary>Returns a table with each row divided by its Euclidean length. Zero rows are unchanged.</summary>
    public EmbeddingTable Normalized()
    {
        float[] unit = new float[Values.Length];
        for (int row = 0; row < Count; row++)
        {
            Normalize(this[row], unit.AsSpan(row * Dimension, Dimension));
        }

        return new EmbeddingTable(unit, Dimension, Paths, Labels, ClassNames, Widths, Heights);
    }

    /// <summary>Returns a table of the given rows, in the given order.</summary>
    public EmbeddingTable Subset(IReadOnlyList<int> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        float[] values = new float[rows.Count * Dimension];
        for (int i = 0; i < rows.Count; i++)
        {
            this[rows[i]].CopyTo(values.AsSpan(i * Dimension));
        }

        return new EmbeddingTable(
            values, Dimension, Pick(Paths)!, Pick(Labels), ClassNames, Pick(Widths), Pick(Heights));

        T[]? Pick<T>(IReadOnlyList<T>? all) => all is null ? null : [.. rows.Select(r => all[r])];
    }

    /// <summary>
    /// Divides a row by its Euclidean length. Zeros are unchanged. Source and destination may be the same.
    /// </summary>
    internal static void Normalize(ReadOnlySpan<float> row, Span<float> destination)
    {
        float norm = TensorPrimitives.Norm(row);
        if (norm is >= MinPlainNorm and < float.PositiveInfinity)
        {
            TensorPrimitives.Multiply(row, 1 / norm, destination);
            return;
        }

        NormalizeScaled(row, destination);
    }

    /// <summary>
    /// Normalizes a row of any length. The row is first divided by its largest magnitude, so that no square overflows
    /// or underflows.
    /// </summary>
    internal static void NormalizeScaled(ReadOnlySpan<float> row, Span<float> destination)
    {
        float largest = MathF.Abs(TensorPrimitives.MaxMagnitude(row));
        if (largest == 0)
        {
            destination.Clear();
            return;
        }

        TensorPrimitives.Divide(row, largest, destination);
        TensorPrimitives.Divide(destination, TensorPrimitives.Norm((ReadOnlySpan<float>)destination), destination);
    }

    /// <summary>Rejects zero rows, which have no direction and thus no cosine similarity.</summary>
    /// <exception cref="DataException">A row is all zeros.</exception>
    public void RequireDirections()
    {
        int[] zeros = [.. Enumerable.Range(0, Count).Where(row => this[row].IndexOfAnyExcept(0f) < 0)];
        if (zeros.Length > 0)
        {
            throw new DataException(
                $"{zeros.Length} of {Count} embeddings are all zeros, which have no cosine similarity; the first is "
                    + $"that of {Paths[zeros[0]]} (row {zeros[0]}). Remove them. Did the encoder's training collapse?");
        }
    }

    /// <summary>
    /// Rejects values that are not finite, as a network with invalid weights produces. Any measurement of them would
    /// look like chance.
    /// </summary>
    /// <exception cref="DataException">A value is not finite.</exception>
    internal void RequireFinite()
    {
        int wrong = Array.FindIndex(Values, value => !float.IsFinite(value));
        if (wrong >= 0)
        {
            throw new DataException(
                $"the embedding of {Paths[wrong / Dimension]} holds {Values[wrong]}, expected finite numbers; "
                    + "was the encoder's training stable?");
        }
    }

    /// <summary>Returns the labels.</summary>
    /// <exception cref="DataException">The table has no labels.</exception>
    public IReadOnlyList<int> RequireLabels()
        => Labels ?? throw new DataException(
            "these embeddings have no labels; expected images in one subfolder per class, a manifest with a "
                + "label column, or a labeled set");
}

using System.Globalization;
using System.Numerics.Tensors;
using SimClr.Internals;

namespace SimClr.Embeddings;

/// <summary>Embeddings of images: one row each, with path and label where there is one.</summary>
public sealed class EmbeddingTable
{
    // The squares of a shorter row lose digits in float32, or vanish.
    private const float MinPlainNorm = 1e-15f;

    /// <summary>Joins rows to what they describe.</summary>
    /// <param name="values">rows · dimension numbers, row by row. Not copied.</param>
    /// <param name="dimension">Numbers per row, above 0.</param>
    /// <param name="paths">The image of each row.</param>
    /// <param name="labels">The class of each row, 0 … classes − 1, or null.</param>
    /// <param name="classNames">The classes by number, or null. May name classes that have no row here.</param>
    /// <param name="widths">Pixels per row of each image, or null where that is not known.</param>
    /// <param name="heights">Rows of pixels of each image, or null; both are known or neither.</param>
    /// <exception cref="ArgumentException">The lengths do not fit each other.</exception>
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
                $"got {values.Length} numbers, {paths.Count} paths and {labels?.Count ?? paths.Count} labels; expected {dimension} numbers and one label per path");
        }

        if ((widths?.Count ?? paths.Count) != paths.Count || heights?.Count != widths?.Count)
        {
            throw new ArgumentException(
                $"got {paths.Count} paths, {widths?.Count ?? 0} widths and {heights?.Count ?? 0} heights; expected one of each per path, or neither");
        }

        Values = values;
        Dimension = dimension;
        Paths = paths;
        Labels = labels;
        ClassNames = classNames;
        Widths = widths;
        Heights = heights;
    }

    /// <summary>All numbers, row by row.</summary>
    public float[] Values { get; }

    /// <summary>Numbers per row.</summary>
    public int Dimension { get; }

    /// <summary>A table of rows of which some may have no class name: it has labels if all have one, else it names a row without.</summary>
    /// <param name="values">rows · dimension numbers, row by row. Not copied.</param>
    /// <param name="dimension">Numbers per row, above 0.</param>
    /// <param name="paths">The image of each row.</param>
    /// <param name="classes">
    /// The class name of each row, null or empty for none; an empty list if no row has a class. Names that differ by
    /// Unicode normalization alone are one class.
    /// </param>
    /// <param name="order">
    /// Sorts the distinct names in the order of their numbers, usually <see cref="OrderClasses"/>.
    /// </param>
    /// <param name="widths">Pixels per row of each image, or null.</param>
    /// <param name="heights">Rows of pixels of each image, or null.</param>
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
        return new EmbeddingTable(values, dimension, paths, [.. composed.Select(name => numbers[name])], names, widths, heights);
    }

    /// <summary>
    /// Returns the distinct class names in the order of their numbers: ascending if all of them are numbers, or else by
    /// their characters.
    /// </summary>
    /// <param name="names">Class names in any order, with any repetitions.</param>
    public static string[] OrderClasses(IEnumerable<string> names)
    {
        string[] all = [.. names.Distinct().Order(StringComparer.Ordinal)];
        long[] numbers = [.. all.Select(name => long.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : -1)];
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
        => Labels is not { } labels ? null : ClassNames?[labels[row]] ?? labels[row].ToString(CultureInfo.InvariantCulture);

    /// <summary>Number of rows.</summary>
    public int Count => Paths.Count;

    /// <summary>The image of each row.</summary>
    public IReadOnlyList<string> Paths { get; }

    /// <summary>Which row keeps the table from having labels while others have one; null if it has labels, or no row has.</summary>
    public string? NoLabelsReason { get; private init; }

    /// <summary>The class of each row, or null.</summary>
    public IReadOnlyList<int>? Labels { get; }

    /// <summary>The classes by number, or null.</summary>
    public IReadOnlyList<string>? ClassNames { get; }

    /// <summary>Pixels per row of each image as it was read, or null where that is not known.</summary>
    public IReadOnlyList<int>? Widths { get; }

    /// <summary>Rows of pixels of each image as it was read, or null where that is not known.</summary>
    public IReadOnlyList<int>? Heights { get; }

    /// <summary>Number of classes: from the names, else from the largest label; 0 without labels.</summary>
    public int Classes => ClassNames?.Count ?? (Labels is { Count: > 0 } ? Labels.Max() + 1 : 0);

    /// <summary>One embedding.</summary>
    public ReadOnlySpan<float> this[int row] => Values.AsSpan(row * Dimension, Dimension);

    /// <summary>The same with each row divided by its Euclidean length (rows of zeros stay).</summary>
    public EmbeddingTable Normalized()
    {
        float[] unit = new float[Values.Length];
        for (int row = 0; row < Count; row++)
        {
            Normalize(this[row], unit.AsSpan(row * Dimension, Dimension));
        }

        return new EmbeddingTable(unit, Dimension, Paths, Labels, ClassNames, Widths, Heights);
    }

    /// <summary>Some of the rows, in the order given.</summary>
    public EmbeddingTable Subset(IReadOnlyList<int> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        float[] values = new float[rows.Count * Dimension];
        for (int i = 0; i < rows.Count; i++)
        {
            this[rows[i]].CopyTo(values.AsSpan(i * Dimension));
        }

        return new EmbeddingTable(values, Dimension, Pick(Paths)!, Pick(Labels), ClassNames, Pick(Widths), Pick(Heights));

        T[]? Pick<T>(IReadOnlyList<T>? all) => all is null ? null : [.. rows.Select(r => all[r])];
    }

    /// <summary>A row divided by its Euclidean length; zeros stay. Source and destination may be the same.</summary>
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
    /// The same for any length: the row is divided by its largest number first, so that no square overflows or vanishes.
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

    /// <summary>Refuses rows without a direction: they have no cosine with anything.</summary>
    /// <exception cref="DataException">A row is all zeros.</exception>
    public void RequireDirections()
    {
        int[] zeros = [.. Enumerable.Range(0, Count).Where(row => this[row].IndexOfAnyExcept(0f) < 0)];
        if (zeros.Length > 0)
        {
            throw new DataException(
                $"{zeros.Length} of {Count} embeddings are all zeros, and zeros have no cosine with anything; the first is that of "
                    + $"{Paths[zeros[0]]} (row {zeros[0]}). Leave them out. Did the encoder's training collapse?");
        }
    }

    /// <summary>Refuses what a network whose weights are no numbers leaves: every measure of it would look like chance.</summary>
    /// <exception cref="DataException">A number is not finite.</exception>
    internal void RequireFinite()
    {
        int wrong = Array.FindIndex(Values, value => !float.IsFinite(value));
        if (wrong >= 0)
        {
            throw new DataException(
                $"the embedding of {Paths[wrong / Dimension]} holds {Values[wrong]}, expected finite numbers; was the encoder's training stable?");
        }
    }

    /// <summary>The labels.</summary>
    /// <exception cref="DataException">There are none.</exception>
    public IReadOnlyList<int> RequireLabels()
        => Labels ?? throw new DataException("these embeddings have no labels; expected images in one subfolder per class, a manifest with a label column, or a labeled set");
}

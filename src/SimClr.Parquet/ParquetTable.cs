using Parquet;
using Parquet.Schema;
using SimClr.Embeddings;
using SimClr.Internals;

namespace SimClr.Parquet;

/// <summary>The rows of a file, read row group by row group.</summary>
internal sealed class ParquetTable(string file, ParquetColumns columns)
{
    // Repeated values and strings take almost no space. No set of embeddings exceeds this.
    private const long MaxPerByte = 4;
    private const long Allowance = 1 << 22;

    private readonly List<string> paths = [];
    private readonly List<int> widths = [];
    private readonly List<int> heights = [];
    private readonly List<string> labels = [];
    private readonly List<float> values = [];
    private readonly long max = Math.Min(Array.MaxLength, (MaxPerByte * FileSize.Get(file)) + Allowance);
    private int dimension;
    private long letters;

    /// <summary>Reads all columns of a row group.</summary>
    /// <exception cref="DataException">A list differs in length from the first, or a value is missing.</exception>
    public async Task AddAsync(ParquetRowGroupReader group)
    {
        int count = checked((int)group.RowCount);
        await AddTextAsync(group, columns.Path!, count, paths).ConfigureAwait(false);
        if (columns is { Width: { } width, Height: { } height })
        {
            widths.AddRange(await ReadAsync<int>(group, width, count).ConfigureAwait(false));
            heights.AddRange(await ReadAsync<int>(group, height, count).ConfigureAwait(false));
        }

        if (columns.Label is { } label)
        {
            await AddTextAsync(group, label, count, labels).ConfigureAwait(false);
        }

        DataField field = columns.Embedding!;
        long stated = group.GetMetadata(field)?.MetaData?.NumValues ?? 0;
        if (stated < count || stated > max - values.Count)
        {
            throw new DataException(
                $"{file}: a row group claims {stated} numbers for {count} rows: "
                    + "the file is damaged, or some rows have no numbers");
        }

        float[] numbers = new float[stated];
        int[] definitions = new int[stated];
        int[] repetitions = new int[stated];
        await group.ReadRawAsync<float>(field, numbers, definitions, repetitions, default).ConfigureAwait(false);
        if (Array.Exists(definitions, level => level != field.MaxDefinitionLevel))
        {
            throw new DataException(
                $"{file}: a row of 'embedding' is empty or lacks a value, expected the same number in each");
        }

        AddRows(numbers, repetitions, count);
    }

    /// <summary>Returns the rows as a table.</summary>
    /// <param name="classNames">
    /// The class names in the order of their numbers, or null if the file does not have them.
    /// </param>
    public EmbeddingTable ToTable(string[]? classNames)
    {
        if (paths.Count == 0)
        {
            throw new DataException($"{file}: got no rows, expected one per image");
        }

        string[]? names = labels.Count == 0 ? null : classNames ?? EmbeddingTable.OrderClasses(labels);
        Dictionary<string, int>? numbers = names?.Index().ToDictionary(pair => pair.Item, pair => pair.Index);
        return new EmbeddingTable(
            [.. values],
            dimension,
            paths,
            numbers is null ? null : [.. labels.Select(label => numbers.TryGetValue(label, out int number)
                ? number
                : throw new DataException($"{file}: got the label '{label}', expected one of the {names!.Length} "
                    + "class names in its metadata"))],
            names,
            widths.Count == 0 ? null : widths,
            heights.Count == 0 ? null : heights);
    }

    private void AddRows(ReadOnlySpan<float> numbers, ReadOnlySpan<int> levels, int count)
    {
        int begins = 0;
        for (int i = 0; i < levels.Length; i++)
        {
            begins += levels[i] == 0 ? 1 : 0;
        }

        int end = levels.Length > 1 ? levels[1..].IndexOf(0) : -1;
        int length = end < 0 ? levels.Length : end + 1;
        dimension = dimension == 0 ? length : dimension;
        bool even = begins == count && numbers.Length == levels.Length && numbers.Length == (long)count * dimension;
        for (int i = 0; even && i < levels.Length; i++)
        {
            even = levels[i] == 0 == (i % dimension == 0);
        }

        if (!even || (long)values.Count + numbers.Length > Array.MaxLength)
        {
            throw new DataException(
                $"{file}: got {numbers.Length} numbers in {count} rows of 'embedding', expected {dimension} in each "
                    + $"and at most {Array.MaxLength} in total");
        }

        values.AddRange(numbers);
    }

    private async Task AddTextAsync(ParquetRowGroupReader group, DataField field, int count, List<string> to)
    {
        // The memory is not converted to strings before the check: rows that refer to the same dictionary entry share
        // its characters.
        ReadOnlyMemory<char>[] text = await ReadAsync<ReadOnlyMemory<char>>(group, field, count).ConfigureAwait(false);
        letters += text.Sum(value => (long)value.Length);
        if (letters > max)
        {
            throw new DataException(
                $"{file}: its text has {letters} characters, more than a file of its size holds; it is damaged");
        }

        to.AddRange(text.Select(value => value.ToString()));
    }

    /// <summary>Reads a column with a value in each row. Its size is checked before memory is allocated.</summary>
    private async Task<T[]> ReadAsync<T>(ParquetRowGroupReader group, DataField field, int count)
        where T : struct
    {
        long stated = group.GetMetadata(field)?.MetaData?.NumValues ?? 0;
        if (stated != count)
        {
            throw new DataException(
                $"{file}: a row group claims {count} rows but {stated} values of '{field.Name}': the file is damaged");
        }

        T[] values = new T[count];
        int[]? defined = field.MaxDefinitionLevel > 0 ? new int[count] : null;
        await group.ReadRawAsync<T>(field, values, defined is null ? (Memory<int>?)null : defined, null, default)
            .ConfigureAwait(false);
        return defined is null || Array.TrueForAll(defined, level => level == field.MaxDefinitionLevel)
            ? values
            : throw new DataException($"{file}: a row has no '{field.Name}', expected one in each");
    }
}

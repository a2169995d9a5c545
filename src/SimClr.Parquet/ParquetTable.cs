using Parquet;
using Parquet.Schema;
using SimClr.Embeddings;
using SimClr.Internals;

namespace SimClr.Parquet;

/// <summary>Rows as they are read, group by group.</summary>
internal sealed class ParquetTable(string file, ParquetColumns columns)
{
    // Equal numbers and texts take next to no place; more than this is no set of embeddings.
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

    /// <summary>Reads all columns of a group.</summary>
    /// <exception cref="DataException">A list is of another length than the first, or a value is missing.</exception>
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
            throw new DataException($"{file}: a group claims {stated} numbers for {count} rows: the file is damaged, or has rows without numbers");
        }

        float[] numbers = new float[stated];
        int[] definitions = new int[stated];
        int[] repetitions = new int[stated];
        await group.ReadRawAsync<float>(field, numbers, definitions, repetitions, default).ConfigureAwait(false);
        if (Array.Exists(definitions, level => level != field.MaxDefinitionLevel))
        {
            throw new DataException($"{file}: a row of 'embedding' is empty or lacks a number, expected as many in each");
        }

        AddRows(numbers, repetitions, count);
    }

    /// <summary>The rows as a table.</summary>
    /// <param name="classNames">The classes in their order, or null where the file does not say.</param>
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
                : throw new DataException($"{file}: got the label '{label}', expected one of the {names!.Length} class names in its metadata"))],
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
                $"{file}: got {numbers.Length} numbers in {count} rows of 'embedding', expected {dimension} in each and at most {Array.MaxLength} in all");
        }

        values.AddRange(numbers);
    }

    private async Task AddTextAsync(ParquetRowGroupReader group, DataField field, int count, List<string> to)
    {
        // Not as strings: rows that name the same entry of a dictionary share its letters.
        ReadOnlyMemory<char>[] text = await ReadAsync<ReadOnlyMemory<char>>(group, field, count).ConfigureAwait(false);
        letters += text.Sum(value => (long)value.Length);
        if (letters > max)
        {
            throw new DataException($"{file}: its texts have {letters} letters, more than a file of its size holds; it is damaged");
        }

        to.AddRange(text.Select(value => value.ToString()));
    }

    /// <summary>Reads a column that has a value in each row, checked before anything is allocated.</summary>
    private async Task<T[]> ReadAsync<T>(ParquetRowGroupReader group, DataField field, int count)
        where T : struct
    {
        long stated = group.GetMetadata(field)?.MetaData?.NumValues ?? 0;
        if (stated != count)
        {
            throw new DataException($"{file}: a group claims {count} rows, and {stated} values of '{field.Name}': the file is damaged");
        }

        T[] values = new T[count];
        int[]? defined = field.MaxDefinitionLevel > 0 ? new int[count] : null;
        await group.ReadRawAsync<T>(field, values, defined is null ? (Memory<int>?)null : defined, null, default).ConfigureAwait(false);
        return defined is null || Array.TrueForAll(defined, level => level == field.MaxDefinitionLevel)
            ? values
            : throw new DataException($"{file}: a row has no '{field.Name}', expected one in each");
    }
}

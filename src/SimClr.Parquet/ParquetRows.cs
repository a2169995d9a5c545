using Parquet;
using Parquet.Schema;

namespace SimClr.Parquet;

/// <summary>A table of plain columns as Parquet, such as predictions.</summary>
public static class ParquetRows
{
    private const int RowsPerGroup = 1 << 20;

    /// <summary>Writes a table.</summary>
    /// <param name="stream">The destination.</param>
    /// <param name="columns">
    /// The names and values of the columns: arrays of <see cref="string"/>, <see cref="float"/>, <see cref="double"/>
    /// or <see cref="bool"/>, all of the same length.
    /// </param>
    /// <exception cref="ArgumentException">The lengths differ, or a type is not supported.</exception>
    public static void Write(Stream stream, IReadOnlyList<(string Name, Array Values)> columns)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(columns);
        if (columns.Count == 0 || columns.Any(column => column.Values.Length != columns[0].Values.Length))
        {
            throw new ArgumentException("expected at least one column, and as many values in each", nameof(columns));
        }

        WriteAsync(stream, columns).GetAwaiter().GetResult();
    }

    private static async Task WriteAsync(Stream stream, IReadOnlyList<(string Name, Array Values)> columns)
    {
        DataField[] fields = [.. columns.Select(column => FieldOf(column.Name, column.Values))];
        await using ParquetWriter writer = await ParquetWriter.CreateAsync(new ParquetSchema(fields), stream)
            .ConfigureAwait(false);
        int rows = columns[0].Values.Length;
        for (int start = 0; start < rows; start += RowsPerGroup)
        {
            int count = Math.Min(RowsPerGroup, rows - start);
            using ParquetRowGroupWriter group = writer.CreateRowGroup();
            for (int i = 0; i < fields.Length; i++)
            {
                await WriteAsync(group, fields[i], columns[i].Values, start, count).ConfigureAwait(false);
            }

            group.CompleteValidate();
        }
    }

    private static DataField FieldOf(string name, Array values) => values switch
    {
        string[] => new DataField<string>(name, false),
        float[] => new DataField<float>(name, false),
        double[] => new DataField<double>(name, false),
        bool[] => new DataField<bool>(name, false),
        _ => throw new ArgumentException($"column '{name}': {values.GetType().Name} is not supported", nameof(values)),
    };

    private static async Task WriteAsync(
        ParquetRowGroupWriter group, DataField field, Array values, int start, int count)
    {
        switch (values)
        {
            case string[] text:
                await group.WriteAsync(field, text[start..(start + count)]).ConfigureAwait(false);
                break;
            case float[] numbers:
                await group.WriteAsync<float>(field, numbers.AsMemory(start, count)).ConfigureAwait(false);
                break;
            case double[] numbers:
                await group.WriteAsync<double>(field, numbers.AsMemory(start, count)).ConfigureAwait(false);
                break;
            case bool[] marks:
                await group.WriteAsync<bool>(field, marks.AsMemory(start, count)).ConfigureAwait(false);
                break;
        }
    }
}

using Parquet.Schema;

namespace SimClr.Parquet;

/// <summary>The columns of an embeddings file.</summary>
internal sealed class ParquetColumns
{
    private const string PathName = "path";
    private const string WidthName = "width";
    private const string HeightName = "height";
    private const string LabelName = "label";
    private const string EmbeddingName = "embedding";

    /// <summary>Creates the columns of a file to write.</summary>
    public ParquetColumns(bool sized, bool labeled)
        : this(new ParquetSchema(
        [
            new DataField<string>(PathName, false),
            .. sized
                ? [new DataField<int>(WidthName, false), new DataField<int>(HeightName, false)]
                : Array.Empty<Field>(),
            .. labeled ? [new DataField<string>(LabelName, false)] : Array.Empty<Field>(),
            new ListField(EmbeddingName, new DataField<float>("element", false)),
        ]))
    {
    }

    private ParquetColumns(ParquetSchema schema)
    {
        Schema = schema;
        Path = Find(PathName);
        Width = Find(WidthName);
        Height = Find(HeightName);
        Label = Find(LabelName);
        Embedding = schema.GetDataFields().FirstOrDefault(field => field.Path.FirstPart == EmbeddingName);
    }

    /// <summary>The names of the columns that are read.</summary>
    public static IReadOnlyList<string> Names { get; } = [PathName, WidthName, HeightName, LabelName, EmbeddingName];

    public ParquetSchema Schema { get; }

    public DataField? Path { get; }

    public DataField? Width { get; }

    public DataField? Height { get; }

    public DataField? Label { get; }

    /// <summary>The values in the lists.</summary>
    public DataField? Embedding { get; }

    /// <summary>Returns the columns of an existing file.</summary>
    /// <exception cref="DataException">A column is missing or has the wrong type.</exception>
    public static ParquetColumns FromSchema(ParquetSchema schema, string file)
    {
        var columns = new ParquetColumns(schema);
        bool fits = columns.Embedding is { IsArray: false, MaxRepetitionLevel: 1 } numbers
            && numbers.ClrType == typeof(float)
            && columns.Path is { } path
            && IsText(path)
            && (columns.Width is null) == (columns.Height is null)
            && (columns.Width?.ClrType ?? typeof(int)) == typeof(int)
            && (columns.Height?.ClrType ?? typeof(int)) == typeof(int)
            && (columns.Label is null || IsText(columns.Label));
        return fits ? columns : throw new DataException(
            $"{file}: got the columns {string.Join(", ", schema.Fields.Select(field => $"'{field.Name}'"))}, expected "
                + "'path' (text) and 'embedding' (lists of float32), and optionally 'width' and 'height' (32-bit "
                + "integers) and 'label' (text)");
    }

    // The types that the package uses for text.
    private static bool IsText(DataField field)
        => field.ClrType == typeof(string) || field.ClrType == typeof(ReadOnlyMemory<char>);

    private DataField? Find(string name)
        => Schema.Fields.OfType<DataField>().FirstOrDefault(field => field.Name == name);
}

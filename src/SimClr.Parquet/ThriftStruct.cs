namespace SimClr.Parquet;

/// <summary>
/// A struct of Thrift: values by the numbers of their fields. A value is a <see cref="bool"/>, an <see cref="int"/>, a
/// <see cref="long"/>, a <see cref="double"/>, a <see cref="byte"/> array, a <see cref="ThriftStruct"/>, or a list of these.
/// </summary>
internal sealed class ThriftStruct
{
    private readonly List<(int Field, object Value)> fields = [];

    public IReadOnlyList<(int Field, object Value)> Fields => fields;

    public bool Has(int field) => fields.Exists(item => item.Field == field);

    public ThriftStruct With(int field, object? value)
    {
        if (value is not null)
        {
            fields.Add((field, value));
        }

        return this;
    }

    /// <summary>The value of a field, or null where it is missing.</summary>
    /// <exception cref="InvalidDataException">It is of another type.</exception>
    public T? Find<T>(int field)
        where T : class
    {
        object? value = fields.Find(item => item.Field == field).Value;
        return value is null ? null : value as T ?? throw new InvalidDataException($"field {field} is of another type than {typeof(T).Name}");
    }

    /// <summary>The number of a field, or null where it is missing.</summary>
    /// <inheritdoc cref="Find{T}"/>
    public T? Number<T>(int field)
        where T : struct
        => fields.Find(item => item.Field == field).Value switch
        {
            null => null,
            T number => number,
            _ => throw new InvalidDataException($"field {field} is of another type than {typeof(T).Name}"),
        };

    /// <summary>The structs of a list; none where it is missing.</summary>
    /// <inheritdoc cref="Find{T}"/>
    public IEnumerable<ThriftStruct> Structs(int field)
        => (Find<List<object>>(field) ?? []).Select(item => item as ThriftStruct ?? throw new InvalidDataException($"field {field} is no list of structs"));
}

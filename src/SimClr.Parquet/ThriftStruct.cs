namespace SimClr.Parquet;

/// <summary>
/// A Thrift struct: values by field number. A value is a <see cref="bool"/>, an <see cref="int"/>, a
/// <see cref="long"/>, a <see cref="double"/>, a <see cref="byte"/> array, a <see cref="ThriftStruct"/>, or a list of
/// these.
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

    /// <summary>Returns the value of a field, or null if it is missing.</summary>
    /// <exception cref="InvalidDataException">The field has a different type.</exception>
    public T? Find<T>(int field)
        where T : class
    {
        object? value = fields.Find(item => item.Field == field).Value;
        return value is null ? null
            : value as T ?? throw new InvalidDataException($"field {field} is not of type {typeof(T).Name}");
    }

    /// <summary>Returns the number in a field, or null if it is missing.</summary>
    /// <inheritdoc cref="Find{T}"/>
    public T? Number<T>(int field)
        where T : struct
        => fields.Find(item => item.Field == field).Value switch
        {
            null => null,
            T number => number,
            _ => throw new InvalidDataException($"field {field} is not of type {typeof(T).Name}"),
        };

    /// <summary>Returns the structs in a list, or none if it is missing.</summary>
    /// <inheritdoc cref="Find{T}"/>
    public IEnumerable<ThriftStruct> Structs(int field)
        => (Find<List<object>>(field) ?? []).Select(
            item => item as ThriftStruct ?? throw new InvalidDataException($"field {field} is not a list of structs"));
}

using static TorchSharp.torch;

namespace SimClr.Checkpoints;

/// <summary>A storage of a PyTorch file: a sequence of values that tensors are views of.</summary>
/// <param name="Key">The name of the storage in the file.</param>
/// <param name="Type">
/// The type of the values; null if only the tensor specifies it, in which case <paramref name="Count"/> is in bytes.
/// </param>
/// <param name="Count">The number of values, according to the pickle.</param>
/// <param name="Begin">The offset of a view, in values. Always 0, except in old files.</param>
/// <param name="Unread">The unsupported type of the values, such as complex; null if the type is supported.</param>
internal sealed record PthStorage(string Key, ScalarType? Type, long Count, long Begin = 0, PthUnread? Unread = null)
{
    /// <summary>The length in bytes, capped at <see cref="long.MaxValue"/>.</summary>
    public long Bytes => (long)Int128.Min((Int128)Count * (Unread?.Size ?? SizeOf(Type)), long.MaxValue);

    public static int SizeOf(ScalarType? type) => type switch
    {
        ScalarType.Float64 or ScalarType.Int64 => 8,
        ScalarType.Float32 or ScalarType.Int32 => 4,
        ScalarType.Float16 or ScalarType.BFloat16 or ScalarType.Int16 => 2,
        _ => 1,
    };

    /// <summary>Returns the same bytes as values of a type.</summary>
    public PthStorage As(ScalarType type)
        => Type is null ? this with { Type = type, Count = Count / SizeOf(type) } : this;
}

/// <summary>An unsupported tensor or element type.</summary>
/// <param name="Type">The name of the type, for messages.</param>
/// <param name="Size">The size of one value in a storage, in bytes.</param>
internal sealed record PthUnread(string Type, int Size = 0);

using static TorchSharp.torch;

namespace SimClr.Checkpoints;

/// <summary>A run of numbers in a PyTorch file, which tensors are views of.</summary>
/// <param name="Key">Its name in the file.</param>
/// <param name="Type">What the numbers are; null where only the tensor says it, and the count is one of bytes.</param>
/// <param name="Count">How many the pickle claims there are.</param>
/// <param name="Begin">Where a view of it begins, in numbers: 0 but in files of old.</param>
/// <param name="Unread">The type of numbers that are not read, such as complex ones; null where they are.</param>
internal sealed record PthStorage(string Key, ScalarType? Type, long Count, long Begin = 0, PthUnread? Unread = null)
{
    /// <summary>Its length, cut off where it is beyond every file.</summary>
    public long Bytes => (long)Int128.Min((Int128)Count * (Unread?.Size ?? SizeOf(Type)), long.MaxValue);

    public static int SizeOf(ScalarType? type) => type switch
    {
        ScalarType.Float64 or ScalarType.Int64 => 8,
        ScalarType.Float32 or ScalarType.Int32 => 4,
        ScalarType.Float16 or ScalarType.BFloat16 or ScalarType.Int16 => 2,
        _ => 1,
    };

    /// <summary>The same bytes as numbers of a type.</summary>
    public PthStorage As(ScalarType type) => Type is null ? this with { Type = type, Count = Count / SizeOf(type) } : this;
}

/// <summary>A tensor, or a type of numbers, that is not read.</summary>
/// <param name="Type">Its type, for messages.</param>
/// <param name="Size">Bytes of one number, where they lie in a storage.</param>
internal sealed record PthUnread(string Type, int Size = 0);

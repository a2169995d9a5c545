using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace SimClr.Embeddings;

/// <summary>How the numbers of a matrix lie in a file.</summary>
internal enum StoredType
{
    Float16,
    Float32,
    Float64,
    BFloat16,
}

/// <summary>Reads and checks matrices of little-endian numbers.</summary>
internal static class StoredNumbers
{
    private const int ChunkBytes = 1 << 20;

    /// <summary>Bytes of one number.</summary>
    public static int Size(StoredType type) => type switch
    {
        StoredType.Float64 => 8,
        StoredType.Float32 => 4,
        _ => 2,
    };

    /// <summary>Reads numbers from where the stream stands. What they are for has been measured: they are there.</summary>
    public static float[] Read(Stream stream, int count, StoredType type)
    {
        float[] values = GC.AllocateUninitializedArray<float>(count);
        if (type == StoredType.Float32)
        {
            Span<byte> rest = MemoryMarshal.AsBytes(values.AsSpan());
            stream.ReadExactly(rest);
            return values;
        }

        byte[] buffer = new byte[ChunkBytes];
        int perChunk = ChunkBytes / Size(type);
        for (int from = 0; from < count; from += perChunk)
        {
            Span<float> part = values.AsSpan(from, Math.Min(perChunk, count - from));
            Span<byte> bytes = buffer.AsSpan(0, part.Length * Size(type));
            stream.ReadExactly(bytes);
            Widen(bytes, part, type);
        }

        return values;
    }

    /// <summary>Checks a shape before anything is allocated for it.</summary>
    /// <returns>Rows and dimension.</returns>
    /// <exception cref="DataException">It is no matrix, is empty, or is too large for one table.</exception>
    public static (int Rows, int Dimension) Matrix(IReadOnlyList<long> shape, string file)
    {
        string words = $"[{string.Join(", ", shape)}]";
        if (shape.Count != 2 || shape[0] < 1 || shape[1] < 1)
        {
            throw new DataException($"{file}: got numbers of shape {words}, expected a matrix [rows, dimension] of at least one row");
        }

        return shape[0] <= Array.MaxLength && shape[1] <= Array.MaxLength && shape[0] * shape[1] <= Array.MaxLength
            ? ((int)shape[0], (int)shape[1])
            : throw new DataException($"{file}: got a matrix of shape {words}, expected at most {Array.MaxLength} numbers; embed in parts with --shard");
    }

    private static void Widen(ReadOnlySpan<byte> bytes, Span<float> values, StoredType type)
    {
        switch (type)
        {
            case StoredType.Float64:
                TensorPrimitives.ConvertTruncating(MemoryMarshal.Cast<byte, double>(bytes), values);
                break;
            case StoredType.Float16:
                TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<byte, Half>(bytes), values);
                break;
            default:
                ReadOnlySpan<ushort> halves = MemoryMarshal.Cast<byte, ushort>(bytes);
                for (int i = 0; i < values.Length; i++)
                {
                    values[i] = BitConverter.UInt32BitsToSingle((uint)halves[i] << 16);
                }

                break;
        }
    }
}

using System.Globalization;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace SimClr.Embeddings;

/// <summary>The types of stored values.</summary>
internal enum StoredType
{
    Float16,
    Float32,
    Float64,
    BFloat16,
}

/// <summary>Reading and checking of matrices of little-endian values.</summary>
internal static class StoredNumbers
{
    private const int ChunkBytes = 1 << 20;

    /// <summary>Returns the size of a value, in bytes.</summary>
    public static int Size(StoredType type) => type switch
    {
        StoredType.Float64 => 8,
        StoredType.Float32 => 4,
        _ => 2,
    };

    /// <summary>
    /// Reads a matrix from the current position of a stream. The caller has checked that the file is long enough.
    /// </summary>
    /// <exception cref="DataException">A value is finite and outside the range of float32.</exception>
    public static float[] Read(Stream stream, int rows, int dimension, StoredType type, string file)
    {
        int count = rows * dimension;
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
            Convert(bytes, part, type);
            if (type == StoredType.Float64 && BeyondRange(MemoryMarshal.Cast<byte, double>(bytes), part) is { } wrong)
            {
                throw new DataException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{file}: row {(from + wrong.Place) / dimension} holds {wrong.Number} at index "
                        + $"{(from + wrong.Place) % dimension}, expected numbers that float32 can "
                        + $"hold, up to 3.4e+38; scale them"));
            }
        }

        return values;
    }

    /// <summary>Checks a shape before memory is allocated for it.</summary>
    /// <returns>The number of rows and the dimension.</returns>
    /// <exception cref="DataException">
    /// The shape is not that of a matrix, is empty, or is too large for one table.
    /// </exception>
    public static (int Rows, int Dimension) Matrix(IReadOnlyList<long> shape, string file)
    {
        string words = $"[{string.Join(", ", shape)}]";
        if (shape.Count != 2 || shape[0] < 1 || shape[1] < 1)
        {
            throw new DataException(
                $"{file}: got values of shape {words}, expected a matrix [rows, dimension] of at least one row");
        }

        return shape[0] <= Array.MaxLength && shape[1] <= Array.MaxLength && shape[0] * shape[1] <= Array.MaxLength
            ? ((int)shape[0], (int)shape[1])
            : throw new DataException(
                $"{file}: got a matrix of shape {words}, expected at most {Array.MaxLength} numbers; "
                    + "embed in parts with EmbeddingTask.Shard");
    }

    private static (int Place, double Number)? BeyondRange(ReadOnlySpan<double> stored, ReadOnlySpan<float> converted)
    {
        for (int i = 0; i < stored.Length; i++)
        {
            if (float.IsInfinity(converted[i]) && double.IsFinite(stored[i]))
            {
                return (i, stored[i]);
            }
        }

        return null;
    }

    private static void Convert(ReadOnlySpan<byte> bytes, Span<float> values, StoredType type)
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

using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using SimClr.Embeddings;
using SimClr.Internals;

namespace SimClr.Search;

/// <summary>
/// Vectors of length 1 (or all zeros), each also as bytes: x ≈ scale · code, with the length of the remainder. The
/// bytes take a quarter of the memory and are the part that a search reads; the vectors decide where the bytes cannot.
/// Stored outside the managed heap, so the size may exceed that of an array. One thread adds; after that, any number of
/// threads may read.
/// </summary>
internal sealed unsafe class VectorRows : IDisposable
{
    /// <summary>The maximum dimension; above it, sums of products of codes could exceed 32 bits.</summary>
    public const int MaxDimension = 65536;

    private const int CodeBlock = 32;

    private readonly int stride;
    private long capacity;
    private float* values;
    private byte* codes;

    /// <param name="dimension">The dimension of the vectors, 1 to 65,536.</param>
    /// <param name="capacity">The number of vectors to reserve memory for; the storage grows as needed.</param>
    public VectorRows(int dimension, int capacity = 0)
    {
        Dimension = dimension;
        CodeLength = (dimension + CodeBlock - 1) / CodeBlock * CodeBlock;
        stride = (CodeLength + sizeof(CodeHeader) + 15) / 16 * 16;
        if (capacity > 0)
        {
            Grow(capacity);
        }
    }

    ~VectorRows() => Free();

    public int Dimension { get; }

    public int Count { get; private set; }

    /// <summary>The length of a code in bytes: the dimension, padded with zeros to a multiple of 32.</summary>
    public int CodeLength { get; }

    /// <summary>The distance from one code to the next, in bytes.</summary>
    public int Stride => stride;

    /// <summary>The size in memory, in bytes.</summary>
    public long Bytes => capacity * ((Dimension * sizeof(float)) + stride);

    public ReadOnlySpan<float> this[int row] => new(values + ((long)row * Dimension), Dimension);

    /// <summary>Returns the address of a row's codes, each plus 128.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte* Code(int row) => codes + ((long)row * stride);

    /// <summary>Returns the header after a row's codes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public CodeHeader* Header(byte* code) => (CodeHeader*)(code + CodeLength);

    /// <summary>Adds a vector, divided by its length.</summary>
    /// <returns>The row of the vector.</returns>
    public int Add(ReadOnlySpan<float> vector)
    {
        if (Count == capacity)
        {
            Grow(Math.Max(64, capacity + (capacity / 2)));
        }

        var unit = new Span<float>(values + ((long)Count * Dimension), Dimension);
        Normalize(vector, unit);
        byte* code = Code(Count);
        *Header(code) = Encode(unit, new Span<sbyte>(code, CodeLength));
        for (int i = 0; i < CodeLength; i++)
        {
            code[i] ^= 128;
        }

        return Count++;
    }

    /// <summary>
    /// Computes the exact similarity, always in the same order, so equal vectors have equal similarities.
    /// </summary>
    public float Similarity(int row, ReadOnlySpan<float> unit) => TensorPrimitives.Dot(this[row], unit);

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    /// <summary>Divides a vector by its length, however large or small; zeros are left unchanged.</summary>
    public static void Normalize(ReadOnlySpan<float> vector, Span<float> unit)
        => EmbeddingTable.NormalizeScaled(vector, unit);

    /// <summary>Writes the codes of a vector, padded with zeros, and returns their header.</summary>
    public static CodeHeader Encode(ReadOnlySpan<float> unit, Span<sbyte> code)
    {
        code.Clear();
        float scale = MathF.Abs(TensorPrimitives.MaxMagnitude(unit)) / sbyte.MaxValue;
        double squares = 0;
        int sum = 0;
        for (int i = 0; scale > 0 && i < unit.Length; i++)
        {
            int rounded = Math.Clamp((int)MathF.Round(unit[i] / scale), -sbyte.MaxValue, sbyte.MaxValue);
            code[i] = (sbyte)rounded;
            sum += rounded;
            double rest = unit[i] - ((double)scale * rounded);
            squares += rest * rest;
        }

        // Slightly above the true value, to cover rounding here and where it is used.
        return new CodeHeader(scale, (float)(Math.Sqrt(squares) * (1 + 1e-5)), sum);
    }

    private void Grow(long wanted)
    {
        values = (float*)HugePageMemory.Resize(
            values, Count * (long)Dimension * sizeof(float), wanted * Dimension * sizeof(float));
        codes = (byte*)HugePageMemory.Resize(codes, (long)Count * stride, wanted * stride);
        capacity = wanted;
    }

    private void Free()
    {
        HugePageMemory.Free(values);
        HugePageMemory.Free(codes);
        values = null;
        codes = null;
    }
}

/// <summary>The header after the codes of a vector.</summary>
/// <param name="Scale">The value of a code of 1.</param>
/// <param name="Radius">An upper bound on the Euclidean length of vector − scale · code.</param>
/// <param name="Sum">The sum of the codes.</param>
internal readonly record struct CodeHeader(float Scale, float Radius, int Sum);

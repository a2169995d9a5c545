using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using SimClr.Embeddings;
using SimClr.Internals;

namespace SimClr.Search;

/// <summary>
/// Vectors of length 1 (or all zeros), each also as bytes: x ≈ scale · code, with the length of what that leaves out.
/// The bytes are a quarter of the vectors and are what a search reads; the vectors settle what the bytes leave open.
/// In memory of its own, not the managed heap: it may exceed an array. One thread adds; then any number reads.
/// </summary>
internal sealed unsafe class VectorRows : IDisposable
{
    /// <summary>Above it, sums of products of codes could exceed 32 bits.</summary>
    public const int MaxDimension = 65536;

    private const int CodeBlock = 32;

    private readonly int stride;
    private long capacity;
    private float* values;
    private byte* codes;

    /// <param name="dimension">Numbers per vector, 1 … 65,536.</param>
    /// <param name="capacity">Room for so many from the start; it grows as needed.</param>
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

    /// <summary>Bytes of a code: the dimension, filled up with zeros to a multiple of 32.</summary>
    public int CodeLength { get; }

    /// <summary>From one code to the next.</summary>
    public int Stride => stride;

    /// <summary>Bytes held.</summary>
    public long Bytes => capacity * ((Dimension * sizeof(float)) + stride);

    public ReadOnlySpan<float> this[int row] => new(values + ((long)row * Dimension), Dimension);

    /// <summary>The codes of a row, plus 128 each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte* Code(int row) => codes + ((long)row * stride);

    /// <summary>What stands behind the codes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public CodeHeader* Header(byte* code) => (CodeHeader*)(code + CodeLength);

    /// <summary>Adds a vector, divided by its length.</summary>
    /// <returns>Its row.</returns>
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

    /// <summary>The exact similarity, always computed in the same order: equal vectors are equally similar.</summary>
    public float Similarity(int row, ReadOnlySpan<float> unit) => TensorPrimitives.Dot(this[row], unit);

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    /// <summary>A vector divided by its length, whatever that is; zeros stay.</summary>
    public static void Normalize(ReadOnlySpan<float> vector, Span<float> unit) => EmbeddingTable.NormalizeScaled(vector, unit);

    /// <summary>Writes the codes of a vector (the rest zeros) and says what they leave out.</summary>
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

        // A little more than the truth: it is rounded here and where it is used.
        return new CodeHeader(scale, (float)(Math.Sqrt(squares) * (1 + 1e-5)), sum);
    }

    private void Grow(long wanted)
    {
        values = (float*)HugePageMemory.Resize(values, Count * (long)Dimension * sizeof(float), wanted * Dimension * sizeof(float));
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

/// <summary>Behind the codes of a vector.</summary>
/// <param name="Scale">What a code of 1 stands for.</param>
/// <param name="Radius">At least the Euclidean length of vector − scale · code.</param>
/// <param name="Sum">Of the codes.</param>
internal readonly record struct CodeHeader(float Scale, float Radius, int Sum);

namespace SimClr.Augmentation;

/// <summary>
/// A row of floats that one instruction works on. The kernels are written once over this interface; the compiler makes
/// them again for every width.
/// </summary>
/// <typeparam name="T">The row itself.</typeparam>
internal unsafe interface ILanes<T>
    where T : struct, ILanes<T>
{
    /// <summary>Floats in a row: a power of two, at most <see cref="Lanes.MaxCount"/>.</summary>
    static abstract int Count { get; }

    /// <summary>The same number in every lane.</summary>
    static abstract T Broadcast(float value);

    static abstract T Load(float* source);

    /// <summary>The next <see cref="Count"/> bytes as 0 … 255.</summary>
    static abstract T LoadBytes(byte* source);

    void Store(float* destination);

    /// <summary>Rounds to the nearest bfloat16, ties to even, as the tensor library does.</summary>
    void StoreBFloat16(ushort* destination);

    static abstract T operator +(T a, T b);

    static abstract T operator -(T a, T b);

    static abstract T operator *(T a, T b);

    static abstract T operator /(T a, T b);

    /// <summary>a · b + c, rounded once where the processor can.</summary>
    static abstract T MultiplyAdd(T a, T b, T c);

    static abstract T Min(T a, T b);

    static abstract T Max(T a, T b);

    static abstract T Floor(T a);

    /// <summary>All bits of a lane where the numbers are equal, else none.</summary>
    static abstract T Equal(T a, T b);

    /// <summary>Lanes of <paramref name="then"/> where the mask has all bits, else of <paramref name="otherwise"/>.</summary>
    static abstract T Select(T mask, T then, T otherwise);

    /// <summary>Lane i of the result is the lane of <paramref name="a"/> that the bits of lane i of <paramref name="index"/> number.</summary>
    static abstract T Permute(T a, T index);
}

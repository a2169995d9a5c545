namespace SimClr.Augmentation;

/// <summary>
/// A vector of floats that one instruction operates on. The kernels are written once against this interface; the
/// compiler specializes them for every width.
/// </summary>
/// <typeparam name="T">The vector type itself.</typeparam>
internal unsafe interface ILanes<T>
    where T : struct, ILanes<T>
{
    /// <summary>Floats per vector: a power of two, at most <see cref="Lanes.MaxCount"/>.</summary>
    static abstract int Count { get; }

    /// <summary>Sets every lane to the same number.</summary>
    static abstract T Broadcast(float value);

    static abstract T Load(float* source);

    /// <summary>Loads the next <see cref="Count"/> bytes as numbers from 0 to 255.</summary>
    static abstract T LoadBytes(byte* source);

    void Store(float* destination);

    /// <summary>Rounds to the nearest bfloat16, ties to even, as the tensor library does.</summary>
    void StoreBFloat16(ushort* destination);

    static abstract T operator +(T a, T b);

    static abstract T operator -(T a, T b);

    static abstract T operator *(T a, T b);

    static abstract T operator /(T a, T b);

    /// <summary>Computes a · b + c, with a single rounding if the processor supports it.</summary>
    static abstract T MultiplyAdd(T a, T b, T c);

    static abstract T Min(T a, T b);

    static abstract T Max(T a, T b);

    static abstract T Floor(T a);

    /// <summary>Sets all bits of a lane if the numbers are equal, none otherwise.</summary>
    static abstract T Equal(T a, T b);

    /// <summary>
    /// Selects lanes of <paramref name="then"/> where all mask bits are set, and of <paramref name="otherwise"/>
    /// elsewhere.
    /// </summary>
    static abstract T Select(T mask, T then, T otherwise);

    /// <summary>
    /// Selects as lane i the lane of <paramref name="a"/> whose number is in the bits of lane i of
    /// <paramref name="index"/>.
    /// </summary>
    static abstract T Permute(T a, T index);
}

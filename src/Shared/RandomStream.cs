namespace SimClr.Internals;

/// <summary>The purpose of a random draw. Two purposes never share a stream.</summary>
[SharedSource]
internal enum Purpose : ulong
{
    Shuffle = 1,
    View = 2,
    Split = 3,
    Weights = 4,
    Probe = 5,
    Perturbation = 6,
    Sample = 7,
    Bootstrap = 11,
    Permutation = 12,
    CustomAugmentation = 20,
    Cluster = 21,
    Labeling = 22,
    Map = 23,
    Export = 24,
    Graph = 25,
    Pairs = 26,
    ViewOperation = 30,
    SharedCrop = 31,
    Noise = 32,
    Copies = 40,
}

/// <summary>
/// A stream of random numbers that is addressed, not consumed: (seed, purpose, a, b, c) fixes it, so that results do
/// not depend on threads, workers, ranks or the point of an interruption. The generator is SplitMix64 (Steele, Lea,
/// Flood 2014), with an initial state that mixes the address.
/// </summary>
[SharedSource]
internal struct RandomStream
{
    private const ulong Golden = 0x9E3779B97F4A7C15;
    private ulong state;

    public RandomStream(long seed, Purpose purpose, long a = 0, long b = 0, long c = 0)
    {
        unchecked
        {
            state = Mix((ulong)seed + Golden);
            state = Mix(state ^ Mix((ulong)purpose + (2 * Golden)));
            state = Mix(state ^ Mix((ulong)a + (3 * Golden)));
            state = Mix(state ^ Mix((ulong)b + (4 * Golden)));
            state = Mix(state ^ Mix((ulong)c + (5 * Golden)));
        }
    }

    public ulong NextUInt64() => Mix(state += Golden);

    /// <summary>Draws uniformly from [0, 1), with 53 random bits.</summary>
    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Draws uniformly from [low, high).</summary>
    public double Uniform(double low, double high) => low + ((high - low) * NextDouble());

    /// <summary>Returns true with the given probability.</summary>
    public bool Chance(double probability) => NextDouble() < probability;

    /// <summary>Draws an integer uniformly from [0, bound), without bias (Lemire 2019).</summary>
    public int NextInt(int bound)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bound);
        return (int)NextUInt64((ulong)bound);
    }

    /// <summary>
    /// Draws an integer uniformly from [0, range), without bias; the range has 64 bits and is above 0.
    /// </summary>
    public ulong NextUInt64(ulong range)
    {
        ulong threshold = unchecked(0 - range) % range;
        while (true)
        {
            ulong high = Math.BigMul(NextUInt64(), range, out ulong low);
            if (low >= threshold)
            {
                return high;
            }
        }
    }

    /// <summary>Draws from the standard normal distribution (Box and Muller 1958).</summary>
    public double NextNormal()
    {
        double radius = Math.Sqrt(-2 * Math.Log(1 - NextDouble()));
        return radius * Math.Cos(2 * Math.PI * NextDouble());
    }

    /// <summary>Shuffles the values in place (Fisher and Yates).</summary>
    public void Shuffle<T>(Span<T> values)
    {
        for (int i = values.Length - 1; i > 0; i--)
        {
            int j = NextInt(i + 1);
            (values[i], values[j]) = (values[j], values[i]);
        }
    }

    /// <summary>Returns the integers 0 … count − 1 in random order.</summary>
    public int[] Permutation(int count)
    {
        int[] order = [.. Enumerable.Range(0, count)];
        Shuffle(order.AsSpan());
        return order;
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}

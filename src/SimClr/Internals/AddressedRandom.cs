using System.Buffers.Binary;

namespace SimClr.Internals;

/// <summary>An adapter of an addressed stream for code that expects .NET's <see cref="Random"/>.</summary>
internal sealed class AddressedRandom(RandomStream stream) : Random
{
    private RandomStream stream = stream;

    public override int Next() => stream.NextInt(int.MaxValue);

    public override int Next(int maxValue) => Next(0, maxValue);

    public override int Next(int minValue, int maxValue) => (int)NextInt64(minValue, maxValue);

    public override long NextInt64() => NextInt64(0, long.MaxValue);

    public override long NextInt64(long maxValue) => NextInt64(0, maxValue);

    public override long NextInt64(long minValue, long maxValue)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minValue, maxValue);
        return minValue == maxValue ? minValue : minValue + (long)stream.NextUInt64((ulong)(maxValue - minValue));
    }

    public override double NextDouble() => stream.NextDouble();

    public override float NextSingle() => (stream.NextUInt64() >> 40) * (1f / (1 << 24));

    public override void NextBytes(byte[] buffer) => NextBytes(buffer.AsSpan());

    public override void NextBytes(Span<byte> buffer)
    {
        Span<byte> eight = stackalloc byte[sizeof(ulong)];
        for (; !buffer.IsEmpty; buffer = buffer[Math.Min(eight.Length, buffer.Length)..])
        {
            BinaryPrimitives.WriteUInt64LittleEndian(eight, stream.NextUInt64());
            eight[..Math.Min(eight.Length, buffer.Length)].CopyTo(buffer);
        }
    }

    protected override double Sample() => stream.NextDouble();
}

using System.Buffers.Binary;
using System.Text;

namespace SimClr.Fuzz;

/// <summary>Damages valid files by a number, so that each input can be reproduced.</summary>
internal static class Mutation
{
    private const int MaxSteps = 6;
    private const int MaxRangeBytes = 4096;
    private const int MaxInputBytes = 1 << 20;

    private static readonly long[] Numbers =
    [
        0, 1, 2, -1, -2, 7, 8, 16, 255, 256, 1024, 65535, 65536, 1 << 20, 1 << 28, 1 << 30, int.MaxValue, int.MinValue,
        uint.MaxValue, 1L << 32, 1L << 40, 1L << 62, long.MaxValue, long.MinValue,
        BitConverter.DoubleToInt64Bits(double.NaN), BitConverter.SingleToInt32Bits(1e38f),
    ];

    private static readonly byte[][] CommonTokens =
        [.. new[]
        {
            "", "0", "-1", "1e999", "NaN", "null", "\"", "'", ",", ";", "\n", "\r\n", "\0", "[", "]", "{", "}", ":",
            "=", "../", "é", "\ud83d\ude00", "99999999999999999999",
        }
            .Select(Encoding.UTF8.GetBytes)];

    /// <summary>Creates one input.</summary>
    /// <param name="seeds">At least one valid file.</param>
    /// <param name="tokens">Tokens that occur in such files.</param>
    /// <param name="random">The source of all randomness.</param>
    public static byte[] Create(IReadOnlyList<byte[]> seeds, IReadOnlyList<byte[]> tokens, Random random)
    {
        var bytes = new List<byte>(seeds[random.Next(seeds.Count)]);
        int steps = 0;
        do
        {
            Step(bytes, seeds, tokens, random);
        }
        while (++steps < MaxSteps && random.Next(2) == 0);   // Most inputs have a single fault: readers get far.

        return bytes.Count <= MaxInputBytes ? [.. bytes] : [.. bytes.Take(MaxInputBytes)];
    }

    private static void Step(List<byte> bytes, IReadOnlyList<byte[]> seeds, IReadOnlyList<byte[]> tokens, Random random)
    {
        int at = bytes.Count == 0 ? 0 : random.Next(bytes.Count);
        switch (random.Next(12))
        {
            case 0 or 1 when bytes.Count > 0:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 2 when bytes.Count > 0:
                bytes[at] = (byte)random.Next(256);
                break;
            case 3 when random.Next(4) == 0:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            case 4:
                (int from, int count) = Range(bytes.Count, random);
                bytes.RemoveRange(from, count);
                break;
            case 5:
                (from, count) = Range(bytes.Count, random);
                List<byte> copy = bytes.GetRange(from, count);
                for (int times = random.Next(8) == 0 ? 50 : 1; times > 0 && bytes.Count < MaxInputBytes; times--)
                {
                    bytes.InsertRange(at, copy);
                }

                break;
            case 6:
                byte[] other = seeds[random.Next(seeds.Count)];
                int cut = random.Next(other.Length + 1);
                bytes.RemoveRange(at, bytes.Count - at);
                bytes.AddRange(other.AsSpan(cut));
                break;
            case 7 or 8:
                SetNumber(bytes, at, random);
                break;
            case 9:
                bytes.InsertRange(at, Token(tokens, random));
                break;
            case 10:
                byte[] token = Token(tokens, random);
                bytes.RemoveRange(at, Math.Min(token.Length, bytes.Count - at));
                bytes.InsertRange(at, token);
                break;
            default:
                bytes.InsertRange(at, Enumerable.Repeat((byte)random.Next(256), 1 + random.Next(16)));
                break;
        }
    }

    private static byte[] Token(IReadOnlyList<byte[]> own, Random random)
        => own.Count > 0 && random.Next(3) > 0
            ? own[random.Next(own.Count)]
            : CommonTokens[random.Next(CommonTokens.Length)];

    private static (int From, int Count) Range(int length, Random random)
    {
        int from = random.Next(length + 1);
        return (from, random.Next(Math.Min(MaxRangeBytes, length - from) + 1));
    }

    /// <summary>
    /// Writes a number that programs often mishandle, in one of four sizes and two byte orders, at any offset or at a
    /// multiple of its size.
    /// </summary>
    private static void SetNumber(List<byte> bytes, int at, Random random)
    {
        int size = 1 << random.Next(4);
        at = random.Next(2) == 0 ? at : at / size * size;
        Span<byte> number = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(number, Numbers[random.Next(Numbers.Length)]);
        number = number[..size];
        if (random.Next(2) == 0)
        {
            number.Reverse();
        }

        for (int i = 0; i < size && at + i < bytes.Count; i++)
        {
            bytes[at + i] = number[i];
        }
    }
}

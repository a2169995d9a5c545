using SimClr.Internals;

namespace SimClr.Tests.Internals;

public sealed class AddressedRandomTests
{
    private static readonly Func<Random, object>[] Methods =
    [
        random => random.Next(),
        random => random.Next(1000),
        random => random.Next(int.MinValue, int.MaxValue),
        random => random.NextInt64(),
        random => random.NextInt64(1L << 40),
        random => random.NextInt64(long.MinValue, long.MaxValue),
        random => random.NextDouble(),
        random => random.NextSingle(),
        Bytes,
        random => string.Join(' ', random.GetItems(Enumerable.Range(0, 100).ToArray(), 11)),
        Shuffled,
    ];

    // A method that is not overridden would draw from a separate generator with a random seed.
    [Fact]
    public void Every_method_draws_from_the_address_alone()
    {
        foreach (var method in Methods)
        {
            Assert.Equal(Draws(method, seed: 1), Draws(method, seed: 1));
            Assert.NotEqual(Draws(method, seed: 1), Draws(method, seed: 2));
        }

        string[] covered = ["GetItems", "Next", "NextBytes", "NextDouble", "NextInt64", "NextSingle", "Shuffle"];
        Assert.Empty(typeof(Random).GetMethods()
            .Where(method => method.DeclaringType == typeof(Random) && !method.IsSpecialName)
            .Select(method => method.Name)
            .Except([.. covered, "GetHexString", "GetString"]));
    }

    [Fact]
    public void Numbers_stay_within_their_bounds_and_reach_them()
    {
        AddressedRandom random = Make(1);
        int[] draws = [.. Enumerable.Range(0, 1000).Select(_ => random.Next(-2, 3))];
        Assert.Equal([-2, -1, 0, 1, 2], draws.Distinct().Order());
        Assert.All(Enumerable.Range(0, 1000), _ => Assert.InRange(random.NextSingle(), 0, MathF.BitDecrement(1)));
        Assert.Equal(7, random.Next(7, 7));
        Assert.Throws<ArgumentOutOfRangeException>(() => random.Next(-1));
    }

    private static AddressedRandom Make(long seed) => new(new RandomStream(seed, Purpose.CustomAugmentation, 3, 5, 1));

    private static object[] Draws(Func<Random, object> method, long seed)
    {
        AddressedRandom random = Make(seed);
        return [.. Enumerable.Range(0, 4).Select(_ => method(random))];
    }

    private static string Bytes(Random random)
    {
        byte[] bytes = new byte[11];
        random.NextBytes(bytes);
        return Convert.ToHexString(bytes);
    }

    private static string Shuffled(Random random)
    {
        int[] values = [.. Enumerable.Range(0, 20)];
        random.Shuffle(values);
        return string.Join(' ', values);
    }
}

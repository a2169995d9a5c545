using SimClr.Internals;

namespace SimClr.Tests.Internals;

public sealed class RandomStreamTests
{
    [Fact]
    public void Each_part_of_the_address_gives_another_stream()
    {
        ulong First(long seed, Purpose purpose, long a, long b, long c)
            => new RandomStream(seed, purpose, a, b, c).NextUInt64();
        ulong[] streams =
        [
            First(1, Purpose.View, 1, 1, 1), First(2, Purpose.View, 1, 1, 1), First(1, Purpose.Shuffle, 1, 1, 1),
            First(1, Purpose.View, 2, 1, 1), First(1, Purpose.View, 1, 2, 1), First(1, Purpose.View, 1, 1, 2),
            First(1, Purpose.View, 1, 2, 2), First(1, Purpose.View, 2, 1, 2),
        ];
        Assert.Equal(streams.Length, streams.Distinct().Count());
        Assert.Equal(streams[0], First(1, Purpose.View, 1, 1, 1));
    }

    [Fact]
    public void Neighboring_addresses_do_not_correlate()
    {
        double sum = 0;
        const int n = 20_000;
        for (int i = 0; i < n; i++)
        {
            double a = new RandomStream(0, Purpose.View, 0, i, 0).NextDouble() - 0.5;
            double b = new RandomStream(0, Purpose.View, 0, i, 1).NextDouble() - 0.5;
            sum += a * b;
        }

        // Standard error of the correlation is 1 / √n.
        Assert.InRange(sum / n * 12, -4 / Math.Sqrt(n), 4 / Math.Sqrt(n));
    }

    [Fact]
    public void Integers_are_uniform_and_a_permutation_holds_each_once()
    {
        var stream = new RandomStream(1, Purpose.Shuffle);
        int[] counts = new int[7];
        for (int i = 0; i < 70_000; i++)
        {
            counts[stream.NextInt(7)]++;
        }

        Assert.All(counts, c => Assert.InRange(c, 9_600, 10_400));
        int[] order = stream.Permutation(1000);
        Assert.NotEqual(Enumerable.Range(0, 1000), order);
        Assert.Equal(Enumerable.Range(0, 1000), order.Order());
    }

    [Fact]
    public void Normals_have_mean_0_and_variance_1()
    {
        var stream = new RandomStream(2, Purpose.Weights);
        double[] values = [.. Enumerable.Range(0, 50_000).Select(_ => stream.NextNormal())];
        Assert.Equal(0, values.Average(), 0.02);
        Assert.Equal(1, values.Select(v => v * v).Average(), 0.03);
    }
}

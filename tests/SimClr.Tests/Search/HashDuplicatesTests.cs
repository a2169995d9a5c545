using SimClr.Duplicates;
using SimClr.Internals;

namespace SimClr.Tests.Search;

public sealed class HashDuplicatesTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(6)]
    [InlineData(11)]
    public void Groups_equal_those_of_a_slow_search(int maxDistance)
    {
        const int count = 600;
        ImageSignature?[] signatures = Random(count, maxFlips: 2 * maxDistance);
        int[] order = new RandomStream(5, Purpose.Sample, 1).Permutation(count);

        IReadOnlyList<DuplicateGroup> groups = HashDuplicates.Find(signatures, order, maxDistance);

        int[] expected = Slow(signatures, order, maxDistance);
        Assert.Contains(Enumerable.Range(0, count), row => expected[row] != row);
        int[] actual = [.. Enumerable.Range(0, count)];
        foreach ((DuplicateGroup group, Duplicate found) in groups.SelectMany(
            group => group.Duplicates.Select(found => (group, found))))
        {
            actual[found.Row] = group.Representative;
            Assert.Equal(signatures[group.Representative]!.DistanceTo(signatures[found.Row]!), found.Distance);
        }

        Assert.Equal(expected, actual);
    }

    [Fact]
    public void Equal_bytes_are_a_copy_even_without_a_hash_and_unreadable_images_are_in_no_group()
    {
        ImageSignature?[] signatures =
            [Signature(1, null), null, Signature(1, null), Signature(2, null), Signature(3, 5), null, Signature(3, 5)];

        IReadOnlyList<DuplicateGroup> groups = HashDuplicates.Find(signatures);

        Assert.Equal([(0, 2), (4, 6)], groups.Select(group => (group.Representative, group.Duplicates.Single().Row)));
        Assert.All(groups, group => Assert.True(double.IsNaN(group.Duplicates[0].Cosine)));
    }

    [Fact]
    public void A_distance_that_parts_of_the_hash_cannot_cover_is_refused()
        => Assert.Throws<ArgumentOutOfRangeException>(() => HashDuplicates.Find([], maxDistance: 32));

    private static ImageSignature?[] Random(int count, int maxFlips)
    {
        var stream = new RandomStream(3, Purpose.Sample);
        var signatures = new ImageSignature?[count];
        for (int i = 0; i < count; i++)
        {
            ulong hash = stream.NextUInt64();
            if (i > 0 && stream.Chance(0.5) && signatures[stream.NextInt(i)]?.Hash is { } other)
            {
                hash = other;
                for (int flip = stream.NextInt(maxFlips + 1); flip > 0; flip--)
                {
                    hash ^= 1UL << stream.NextInt(64);
                }
            }

            signatures[i] = Signature((ulong)i, hash);
        }

        return signatures;
    }

    private static ImageSignature Signature(ulong content, ulong? hash) => new(content, hash, new ImageFacts(1, 1, 1));

    private static int[] Slow(ImageSignature?[] signatures, int[] order, int maxDistance)
    {
        var kept = new List<int>();
        int[] result = new int[order.Length];
        foreach (int row in order)
        {
            int nearest = kept.Where(other => signatures[other]!.DistanceTo(signatures[row]!) <= maxDistance)
                .OrderBy(other => signatures[other]!.DistanceTo(signatures[row]!)).FirstOrDefault(-1);
            result[row] = nearest < 0 ? row : nearest;
            if (nearest < 0)
            {
                kept.Add(row);
            }
        }

        return result;
    }
}

using SimClr.Distributed;

namespace SimClr.Tests.Distributed;

/// <summary>The notes to ranks about each other's devices.</summary>
public sealed class RankDeviceTests
{
    private static readonly RankDevice[] Ranks =
    [
        new("one", "cuda:0", "card", "a"),
        new("one", "cuda:1", "card", "b"),
        new("two", "cuda:0", "card", "a"),     // on another machine
        new("two", "cuda:0", "card", "c"),     // visible to this rank alone: another device with the same number
        new("one", "cuda:1", "card", "b"),
        new("one", "cpu", "", "cpu"),
        new("one", "cpu", "", "cpu"),
    ];

    [Fact]
    public void Ranks_that_share_a_device_are_warned()
        => Assert.StartsWith(
            "Ranks 1, 4 share cuda:1 (card) of one: ",
            Assert.Single(RankDevice.SharingWarnings(Ranks)),
            StringComparison.Ordinal);

    [Fact]
    public void Ranks_with_separate_devices_are_not_warned() => Assert.Empty(RankDevice.SharingWarnings(Ranks[..4]));

    [Fact]
    public void Every_rank_describes_all_devices()
    {
        string[] told = ThreadRanks.Run(2, ranks => RankDevice.Describe(Ranks[ranks.Rank].GatherAll(ranks)));
        Assert.All(told, text => Assert.Equal("rank 0 on cuda:0 (card) of one, rank 1 on cuda:1 (card) of one", text));
    }

    [Fact]
    public void Many_ranks_are_not_named_one_by_one()
        => Assert.EndsWith(
            "of host and 2 more",
            RankDevice.Describe(
                [.. Enumerable.Range(0, 10).Select(i => new RankDevice("host", $"cuda:{i}", "", $"{i}"))]),
            StringComparison.Ordinal);
}

using SimClr.Distributed;
using static TorchSharp.torch;

namespace SimClr.Tests.Distributed;

/// <summary>Heartbeats, and the messages when they are missing.</summary>
public sealed class HeartbeatTests
{
    private static readonly TimeSpan SilentAfter = TimeSpan.FromSeconds(5);

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(8)]
    [InlineData(100)]
    public void Heartbeats_spread_through_neighbors(int size)
    {
        foreach (int rank in Enumerable.Range(0, size))
        {
            Assert.DoesNotContain(rank, Heartbeats.Neighbors(rank, size));
            Assert.All(
                Heartbeats.Neighbors(rank, size),
                neighbor => Assert.Contains(rank, Heartbeats.Neighbors(neighbor, size)));
        }

        int[] heard = [0];
        int beats = 0;
        for (; heard.Length < size; beats++)
        {
            heard = [.. heard.Concat(heard.SelectMany(rank => Heartbeats.Neighbors(rank, size))).Distinct()];
        }

        Assert.True(beats <= Math.Ceiling(Math.Log2(size)), $"{beats} beats for {size} ranks");
    }

    [Fact]
    public void Ranks_hear_of_each_other_through_others()
    {
        // 0 and 3 of 6 are not neighbors: one hears of the other through a third.
        Heartbeats[] ranks = Open(6);
        Assert.DoesNotContain(3, Heartbeats.Neighbors(0, 6));
        for (int beat = 0; beat < 100 && ranks[0].States()[3].Silent is null; beat++)
        {
            for (int rank = 0; rank < ranks.Length; rank++)
            {
                ranks[rank].Beat(calls: 10 + rank, inside: rank == 3);
                ranks[rank].Listen(TimeSpan.FromMilliseconds(5));
            }
        }

        RankState third = ranks[0].States()[3];
        Assert.Equal((13L, true, Environment.ProcessId), (third.Calls, third.Inside, third.Address.Process));
        Assert.NotNull(third.Silent);
        Array.ForEach(ranks, rank => rank.Dispose());
    }

    [Fact]
    public void Silent_ranks_are_named()
        => Assert.Equal(
            "rank 0 of 3 (process 100 on a) has waited 30 s for the other ranks in barrier 7; not heard from: rank 2 "
                + "(process 102 on c, silent for 31.5 s). All ranks are terminated. Start the run again with resume: "
                + "true; if a rank was only slow, set a longer CommunicationOptions.Timeout.",
            Report(State(0, "a", 0, 7, true), State(1, "b", 1, 7, true), State(2, "c", 31.5, 6, false)));

    [Fact]
    public void Ranks_that_never_started_or_do_not_join_are_named()
        => Assert.Contains(
            "not heard from: rank 1 (process 101 on b, silent from the start); alive, but not in that call: "
                + "rank 2 (process 102 on c). ",
            Report(State(0, "a", 0, 7, true), State(1, "b", null, 0, false), State(2, "c", 1, 6, false)),
            StringComparison.Ordinal);

    [Fact]
    public void If_all_ranks_are_in_the_call_none_is_blamed()
        => Assert.Contains(
            "all ranks were heard from and are in a call, but it does not return",
            Report(State(0, "a", 0, 7, true), State(1, "b", 1, 7, true)),
            StringComparison.Ordinal);

    [Fact]
    public void Only_some_of_many_silent_ranks_are_named()
        => Assert.Contains(
            "rank 8 (process 108 on x, silent for 9 s) and 3 more",
            Report(
                [State(0, "a", 0, 7, true), .. Enumerable.Range(1, 11).Select(rank => State(rank, "x", 9, 7, true))]),
            StringComparison.Ordinal);

    [Fact]
    public void Addresses_of_any_length_are_exchanged()
    {
        var address = new RankAddress(new string('h', 60), 12, 34, [.. Enumerable.Range(0, 30)
            .Select(i => $"2001:db8:aaaa:bbbb:cccc:dddd:eeee:{i:x4}")]);
        RankAddress[] read = RankAddress.Read(
            [.. address.Write(), .. (address with { Addresses = ["10.0.0.1"] }).Write()]);
        Assert.Equal((address.Host, 12, 34), (read[0].Host, read[0].Process, read[0].Port));
        Assert.Equal(address.Addresses[..read[0].Addresses.Length], read[0].Addresses);
        Assert.NotEmpty(read[0].Addresses);
        Assert.Equal("[::ffff:10.0.0.1]:34", $"{Assert.Single(read[1].EndPoints())}");
    }

    private static string Report(params RankState[] states)
        => SilenceReport.Describe(0, "barrier", TimeSpan.FromSeconds(30), states, SilentAfter);

    private static RankState State(int rank, string host, double? silent, long calls, bool inside)
        => new(
            new RankAddress(host, 100 + rank, 1, []),
            silent is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
            calls,
            inside);

    /// <summary>Heartbeats of ranks that are all in this process.</summary>
    private static Heartbeats[] Open(int size)
        => ThreadRanks.Run(size, ranks => Heartbeats.Open(ranks.Rank, size, mine =>
        {
            using Tensor from = tensor(mine);
            using Tensor all = zeros(size * mine.Length, dtype: uint8);
            ranks.AllGather(from, all);
            return all.bytes.ToArray();
        }));
}

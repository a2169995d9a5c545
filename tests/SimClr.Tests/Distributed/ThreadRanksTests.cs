using SimClr.Distributed;
using static TorchSharp.torch;

namespace SimClr.Tests.Distributed;

/// <summary>The test communicator detects mistakes that MPI would answer with a hang or wrong numbers.</summary>
public sealed class ThreadRanksTests
{
    [Fact]
    public void Ranks_that_make_different_calls_are_detected()
    {
        var error = Assert.Throws<CommunicationException>(() => ThreadRanks.Run(2, ranks =>
        {
            using Tensor values = zeros(ranks.Rank + 1);
            ranks.AllReduce(values);
        }));
        Assert.Matches(
            @"rank [01] makes the all-reduce of Float32 \[[12]\], rank [01] the all-reduce of Float32 \[[12]\]",
            error.Message);
    }

    [Fact]
    public void The_error_of_one_rank_releases_the_others_and_reaches_the_caller()
    {
        var error = Assert.Throws<InvalidOperationException>(() => ThreadRanks.Run(3, ranks =>
        {
            if (ranks.Rank == 1)
            {
                throw new InvalidOperationException("rank 1 is out");
            }

            ranks.Barrier();
        }));
        Assert.Equal("rank 1 is out", error.Message);
    }

    [Fact]
    public void An_abort_reaches_the_caller()
    {
        var error = Assert.Throws<AbortedException>(() => ThreadRanks.Run(2, ranks =>
        {
            if (ranks.Rank == 1)
            {
                ranks.Abort(3);
            }

            ranks.Barrier();
        }));
        Assert.Equal((1, 3), (error.Rank, error.ExitCode));
    }

    [Fact]
    public void Pending_operations_complete_when_awaited_in_any_order()
    {
        float[][] sums = ThreadRanks.Run(2, ranks =>
        {
            using Tensor first = full(3, ranks.Rank + 1f);
            using Tensor second = full(2, 10f * (ranks.Rank + 1));
            IPendingCommunication one = ranks.BeginAllReduce(first);
            IPendingCommunication two = ranks.BeginAllReduce(second);
            ranks.Barrier();
            two.Wait();
            one.Wait();
            return (float[])[.. first.data<float>(), .. second.data<float>()];
        });
        Assert.All(sums, sum => Assert.Equal([3f, 3f, 3f, 30f, 30f], sum));
    }
}

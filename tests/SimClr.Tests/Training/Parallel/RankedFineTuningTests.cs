using SimClr.Checkpoints;
using SimClr.Data;
using SimClr.Distributed;
using SimClr.Tests.Data;
using SimClr.Tests.Distributed;
using SimClr.Training;
using static TorchSharp.torch;

namespace SimClr.Tests.Training;

/// <summary>
/// Several ranks fine-tune as one process does. Weights are in float32 here, so the results differ by rounding; the
/// same steps in double precision are in <see cref="RankEquivalenceTests"/>.
/// </summary>
[Collection(ComputeThreadsCollection.Name)]
public sealed class RankedFineTuningTests(FineTuningTests.Pretrained pretrained)
    : IClassFixture<FineTuningTests.Pretrained>, IDisposable
{
    private static readonly FineTuneOptions Short = new() { Steps = 6, BatchSize = 15, Rate = 0.05, Seed = 1 };
    private static readonly DataOptions Reading = new() { Workers = 1, Cache = DataCache.Never, MaxSkipped = 0.1 };

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public void Ranks_fine_tune_the_network_of_one_process(int size)
    {
        FineTuneResult one = Tune(SingleProcess.Instance, Short, to: "one");
        FineTuneResult[] several = ThreadRanks.Run(size, ranks => Tune(ranks, Short, to: "several"));
        Assert.All(several, rank =>
        {
            Assert.Equal(one.FinalLoss, rank.FinalLoss, 1e-4);
            Assert.Equal(several[0].FinalLoss, rank.FinalLoss);
            Assert.Equal(several[0].Outcome.Predictions, rank.Outcome.Predictions);
            Assert.Equal((64, 40, 1), (rank.Labels, rank.Outcome.Labels.Count, rank.SkippedImages));
        });
        double distance = RankedModel.Distance(Weights("several"), Weights("one"));
        Assert.True(distance <= 1e-5, $"{distance}");
        double moved = RankedModel.Distance(Weights("one"), Weights(pretrained.Run));
        Assert.True(moved >= 1e-2, $"{moved}");
    }

    [Fact]
    public void Ranks_choose_the_same_setting_as_one_process_and_survive_a_diverging_one()
    {
        var grid = new FineTuneGrid([1e-30, 0.05, 1e30], [0]);
        FineTuneResult one = Tune(SingleProcess.Instance, Short, grid);
        FineTuneResult[] several = ThreadRanks.Run(2, ranks => Tune(ranks, Short, grid));
        Assert.Null(one.Search[2].Score);
        Assert.All(several, rank =>
        {
            Assert.Equal(one.Search, rank.Search);
            Assert.Equal(one.Options, rank.Options);
            Assert.Equal(one.FinalLoss, rank.FinalLoss, 1e-4);
        });
    }

    [Fact]
    public void Ranks_that_were_started_differently_are_refused_with_the_difference()
    {
        ConfigurationException error = Refused(
            ranks => Short with { Rate = ranks.Rank == 1 ? 0.5 : 0.05, FromScratch = ranks.Rank == 2 }, size: 3);
        Assert.Contains("  rate: rank 0 has 0.05, rank 1 has 0.5\n", error.Message, StringComparison.Ordinal);
        Assert.Contains("  from_scratch: rank 0 has false, rank 2 has true\n", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_batch_too_small_for_the_ranks_is_refused()
        => Assert.Contains(
            "3 ranks cannot share a batch of 2 images",
            Refused(_ => Short with { BatchSize = 2 }, size: 3).Message,
            StringComparison.Ordinal);

    private ConfigurationException Refused(Func<ICommunicator, FineTuneOptions> options, int size)
        => Assert.Throws<ConfigurationException>(() => ThreadRanks.Run(size, ranks =>
        {
            Exception thrown = Assert.ThrowsAny<SimClrException>(() => Tune(ranks, options(ranks)));
            Assert.True(RankErrors.IsCollective(thrown));
            if (ranks.Rank == 0)
            {
                throw thrown;
            }
        }));

    private FineTuneResult Tune(
        ICommunicator ranks, FineTuneOptions options, FineTuneGrid? grid = null, string? to = null)
    {
        using var train = new Flawed(TinyRun.Images(), 5);
        return new FineTuning(pretrained.Run, options, Reading, threads: 1)
        {
            Grid = grid,
            OutputDirectory = to is null ? null : folder.PathOf(to),
            Communicator = ranks,
        }.Run(train, DataSets.Open("sample:test").Subset([.. Enumerable.Range(0, 40)]));
    }

    private double[] Weights(string run)
    {
        using var scope = NewDisposeScope();
        using TrainedEncoder encoder = TrainedEncoder.Load(folder.PathOf(run));
        return [.. ModuleState.Enumerate(encoder.Module)
            .SelectMany(part => part.Value.to_type(ScalarType.Float64).contiguous().data<double>().ToArray())];
    }
}

using SimClr.Augmentation;
using SimClr.Checkpoints;
using SimClr.Data;
using SimClr.Distributed;
using SimClr.Embeddings;
using SimClr.Encoders;
using SimClr.Evaluation;
using SimClr.Tests.Distributed;
using SimClr.Tests.Training;
using static TorchSharp.torch;

namespace SimClr.Tests.Evaluation;

/// <summary>Several ranks embed and evaluate as one process does.</summary>
[Collection(ComputeThreadsCollection.Name)]
public sealed class RankedEvaluationTests
{
    private static readonly ViewOptions Views = new() { Size = 12, Blur = false, AreaMin = 0.5 };
    private static readonly LinearOptions Few = new() { Epochs = 3, BatchSize = 30, BaseRate = 1 };
    private static readonly DataOptions Reading = new() { Workers = 1, Cache = DataCache.Never, MaxSkipped = 0.2 };

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]   // 5 batches of 32: two ranks have none
    public void Ranks_embed_the_bytes_of_one_process_and_share_the_list_of_unreadable_images(int size)
    {
        using var images = new Flawed(Sample("train", 150), 3, 40, 41, 149);
        using TrainedEncoder encoder = Untrained();
        var skipped = new SkippedImages(images, Reading);
        EmbeddingTable one = Embedder.Embed(encoder, images, Reading, skipped);
        (EmbeddingTable Table, string Skipped)[] all = ThreadRanks.Run(size, ranks =>
        {
            using TrainedEncoder own = Untrained();
            var mine = new SkippedImages(images, Reading);
            return (
                Embedder.Embed(own, images, new EvaluationTransform(Views), Reading, mine, ranks: ranks), mine.Lines());
        });
        Assert.All(all, rank =>
        {
            Assert.Equal(one.Values, rank.Table.Values);
            Assert.Equal(one.Paths, rank.Table.Paths);
            Assert.Equal(one.Labels, rank.Table.Labels);
            Assert.Equal(one.Widths, rank.Table.Widths);
            Assert.Equal(skipped.Lines(), rank.Skipped);
        });
    }

    [Fact]
    public void Unreadable_images_of_all_ranks_together_can_be_too_many()
    {
        using var images = new Flawed(Sample("train", 150), 3, 149);
        var error = Assert.Throws<DataException>(() => ThreadRanks.Run(2, ranks =>
        {
            using TrainedEncoder own = Untrained();
            return Embedder.Embed(
                own, images, new EvaluationTransform(Views), Reading with { MaxSkipped = 0.01 }, ranks: ranks);
        }));
        Assert.Contains("2 of 150 images", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, 32)]
    [InlineData(4, 30)]   // 7 + 8 + 7 + 8
    public void Ranks_train_the_layer_of_one_process_in_double(int size, int batch)
    {
        double[] one = Layer(SingleProcess.Instance, batch);
        double[][] several = ThreadRanks.Run(size, ranks => Layer(ranks, batch));
        Assert.All(several, rank => Assert.Equal(several[0], rank));
        double distance = RankedModel.Distance(several[0], one);
        Assert.True(distance <= 1e-6, $"{distance}");
        Assert.True(Math.Abs(several[0][0] - one[0]) < 1e-12, $"{several[0][0]} and {one[0]}");
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public void Linear_evaluation_by_ranks_is_that_of_one_process(int size)
    {
        using var train = new Flawed(Sample("train", 150), 3, 40, 41, 149);
        using var test = new Flawed(Sample("test", 100), 7, 99);
        LinearResult one = Linear(SingleProcess.Instance, train, test, Few);
        LinearResult[] several = ThreadRanks.Run(size, ranks => Linear(ranks, train, test, Few));
        Assert.All(several, rank =>
        {
            Assert.Equal(one.FinalLoss, rank.FinalLoss, 1e-6);
            Assert.Equal(one.Predictions, rank.Predictions);
            Assert.Equal((one.Top1, one.Top5), (rank.Top1, rank.Top5));
            Assert.Equal((146, 98, 6), (rank.TrainImages, rank.TestImages, rank.SkippedImages));
        });
        Assert.InRange(one.FinalLoss, 0.5, Math.Log(10) - 0.05);   // the layer has learned
    }

    [Fact]
    public void Ranks_that_were_started_differently_are_refused_with_the_difference()
    {
        var error = Assert.Throws<ConfigurationException>(() => ThreadRanks.Run(2, ranks =>
        {
            Exception thrown = Assert.ThrowsAny<SimClrException>(() => Linear(
                ranks,
                Sample("train", 60 + ranks.Rank),
                Sample("test", 30),
                Few with { Epochs = 3 + ranks.Rank },
                seed: ranks.Rank));
            Assert.True(RankErrors.IsCollective(thrown));
            if (ranks.Rank == 0)
            {
                throw thrown;
            }
        }));
        Assert.Contains("  training images: rank 0 has 60, rank 1 has 61\n", error.Message, StringComparison.Ordinal);
        Assert.Contains("  epochs: rank 0 has 3, rank 1 has 4\n", error.Message, StringComparison.Ordinal);
        Assert.Contains("  weights of the encoder: rank 0 has ", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("test images", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_NaN_loss_ends_all_ranks_in_order()
    {
        Exception[] errors = ThreadRanks.Run(2, ranks => (Exception)Assert.Throws<DivergenceException>(
            () => Linear(ranks, Sample("train", 60), Sample("test", 30), Few with { BaseRate = 2.5e39 })));
        Assert.All(errors, error => Assert.True(RankErrors.IsCollective(error)));
    }

    private static LinearResult Linear(
        ICommunicator ranks, ImageDataSet train, ImageDataSet test, LinearOptions options, long seed = 0)
    {
        using TrainedEncoder encoder = Untrained(seed);
        return LinearEvaluation.OnImages(encoder, train, test, options, Reading, communicator: ranks);
    }

    // The last loss, and the logits of rows that were not trained on.
    private static double[] Layer(ICommunicator ranks, int batch)
    {
        const int dimension = 20;
        const int classes = 4;
        using var scope = NewDisposeScope();
        var share = new RankShare(batch, parts: 1, ranks.Size, ranks.Rank);
        using var trainer = new LinearTrainer(
            dimension, classes, 10 * batch, batch, 1, 0.5, new LinearOptions { WeightDecay = 1e-3 }, TestDevice.Name,
            ranks, ScalarType.Float64);
        (long first, long count) = share.LocalRanges.Single();
        for (int step = 0; step < 10; step++)
        {
            trainer.Step(
                Rows(step, batch).narrow(0, first, count).ToTestDevice(),
                arange(batch).remainder(classes).narrow(0, first, count).ToTestDevice(),
                last: step == 9);
        }

        return [trainer.Loss, .. trainer.Logits(Rows(10, 50).ToTestDevice()).Select(logit => (double)logit)];

        static Tensor Rows(int step, int count)
        {
            using var generator = new Generator((ulong)(7 + step));
            Tensor noise = rand([count, dimension], dtype: ScalarType.Float64, generator: generator);
            return noise.add(arange(count, dtype: ScalarType.Float64).remainder(classes).view(-1, 1).mul(0.1));
        }
    }

    private static TrainedEncoder Untrained(long seed = 0)
    {
        var options = new EncoderOptions { Name = "resnet18", Width = 1.0 / 16 };
        return new TrainedEncoder(EncoderCatalog.Create(options, Views.Size, seed), options, Views);
    }

    private static ImageDataSet Sample(string split, int count)
        => DataSets.Open($"sample:{split}").Subset([.. Enumerable.Range(0, count)]);
}

using SimClr.Augmentation;
using SimClr.Configuration;
using SimClr.Distributed;
using SimClr.Encoders;
using SimClr.Internals;
using SimClr.Losses;

namespace SimClr.Tests.Training;

/// <summary>
/// Several ranks train the same model as one process with the same batch: in double precision, ResNet-18 with LARS.
/// </summary>
[Collection(ComputeThreadsCollection.Name)]
public sealed class RankEquivalenceTests
{
    private const double Same = 1e-6;
    private const double Other = 1e-2;

    private static readonly RankedModel Plain = new();

    [Theory]
    [InlineData(1, 2, 32)]
    [InlineData(5, 2, 32)]
    [InlineData(5, 4, 32)]
    [InlineData(5, 4, 30)]   // 7 + 8 + 7 + 8
    [InlineData(1, 4, 5)]    // 1 + 1 + 1 + 2
    public void Ranks_that_share_a_batch_train_as_one_process_with_it(int steps, int ranks, int batch)
        => AssertSame(Plain with { Steps = steps, Batch = batch }, ranks);

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    public void Ranks_with_the_whole_loss_on_every_rank_train_as_one_process(int steps)
        => AssertSame(Plain with { Loss = new DenseNtXent(0.5), Steps = steps }, 2);

    [Theory]
    [InlineData(1, 2, 8)]
    [InlineData(5, 2, 8)]
    [InlineData(1, 3, 3)]    // micro-batches of 8 over 3 ranks: 2 + 3 + 3
    public void Ranks_with_the_gradient_cache_train_as_one_process(int steps, int ranks, int micro)
    {
        foreach (IContrastiveLoss loss in new IContrastiveLoss[] { new NtXentLoss(0.5), new DenseNtXent(0.5) })
        {
            AssertSame(Plain with { Loss = loss, Steps = steps, Micro = micro }, ranks);
        }
    }

    [Theory]
    [InlineData("nt-logistic", false)]
    [InlineData("nt-logistic", true)]
    [InlineData("margin", false)]
    [InlineData("margin", true)]
    public void Ranks_with_every_loss_train_as_one_process(string name, bool semiHard)
    {
        IContrastiveLoss loss = LossCatalog.Create(
            new LossOptions { Name = EnumText.Parse<LossName>(name), SemiHard = semiHard, Temperature = 0.5 });
        AssertSame(Plain with { Loss = loss }, 2);
        AssertSame(Plain with { Loss = loss, Micro = 5 }, 3);
    }

    [Theory]
    [InlineData(1, null)]
    [InlineData(5, 6)]
    public void Ranks_in_supervised_training_train_as_one_process(int steps, int? micro)
    {
        AssertSame(Plain with { Supervised = true, Steps = steps, Micro = micro }, 2);
        AssertSame(Plain with { Supervised = true, Steps = steps, Micro = micro, Batch = 30 }, 4);
    }

    [Theory]
    [InlineData(2, 32)]
    [InlineData(4, 30)]
    public void Ranks_in_fine_tuning_train_as_one_process(int ranks, int batch)
        => AssertSame(Plain with { Supervised = true, FineTuned = true, Steps = 5, Batch = batch }, ranks);

    [Fact]
    public void Ranks_train_the_whole_ResNet_18_at_32_pixels_as_one_process()
        => AssertSame(
            Plain with
            {
                Batch = 8,
                Options = TinyRun.Options with
                {
                    Encoder = new EncoderOptions { Name = "resnet18" },
                    Views = new ViewOptions { Size = 32 },
                },
            },
            2);

    [Fact]
    public void Batch_norm_per_rank_gives_another_model()
    {
        double[] one = (Plain with { Steps = 5 }).Train(1)[0];
        double[][] two = (Plain with { Steps = 5, Norm = BatchNormScope.Rank }).Train(2);
        Assert.True(RankedModel.Distance(two[0], one) > Other, $"{RankedModel.Distance(two[0], one)}");
    }

    [Fact]
    public void Negatives_per_rank_give_another_model()
    {
        double[] one = (Plain with { Steps = 5 }).Train(1)[0];
        double[][] two = (Plain with { Steps = 5, LocalNegatives = true }).Train(2);
        Assert.True(RankedModel.Distance(two[0], one) > Other, $"{RankedModel.Distance(two[0], one)}");
    }

    [Fact]
    public void Sums_started_within_the_backward_pass_give_the_same_bytes_as_after_it()
    {
        RankedModel model = Plain with { Steps = 3 };
        Assert.Equal(model.Train(2)[0], (model with { Overlaps = false }).Train(2)[0]);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(4)]
    public void Training_again_gives_the_same_bytes(int? micro)
    {
        RankedModel model = Plain with { Steps = 3, Micro = micro };
        Assert.Equal(model.Train(2)[0], model.Train(2)[0]);
    }

    [Theory]
    [InlineData(10, 1, 3, new[] { 3, 3, 4 }, true)]
    [InlineData(10, 2, 2, new[] { 4, 6 }, false)]   // 5 images each: 2 + 3, and 2 + 3
    [InlineData(12, 2, 2, new[] { 6, 6 }, false)]
    public void Each_image_belongs_to_one_rank(int batch, int parts, int ranks, int[] images, bool inOrder)
    {
        RankShare[] shares = [.. Enumerable.Range(0, ranks).Select(rank => new RankShare(batch, parts, ranks, rank))];
        int[] all = [.. Enumerable.Range(100, batch)];
        int[][][] split = [.. shares.Select(share => share.Split(all).ToArray())];
        Assert.Equal(images, shares.Select(share => share.Images));
        Assert.Equal(images, shares[0].ImagesPerRank);
        Assert.Equal(all, split.SelectMany(parts => parts).SelectMany(part => part).Order());
        Assert.Equal(all, Enumerable.Range(0, parts).SelectMany(part => split.SelectMany(rank => rank[part])));
        Assert.Equal(1, Enumerable.Range(0, parts).Sum(shares[0].Weight), 1e-12);

        // The positions in the padded gathered rows.
        int most = shares[0].MaxImages;
        int[] gathered = [.. split.SelectMany(
            rank => rank.SelectMany(part => part).Concat(Enumerable.Repeat(-1, most)).Take(most))];
        long[] order = shares[0].Order ?? [.. Enumerable.Range(0, batch).Select(i => (long)i)];
        Assert.Equal(all, order.Select(place => gathered[place]));
        Assert.Equal(inOrder && images.Distinct().Count() == 1, shares[0].Order is null);
    }

    [Fact]
    public void A_batch_too_small_for_the_ranks_is_refused()
    {
        var error = Assert.Throws<ConfigurationException>(() => new RankShare(7, 2, 4, 0));
        Assert.Equal(
            "4 ranks cannot share a batch of 7 images in 2 micro-batches: each needs at least one image. "
                + "Start fewer ranks, or use a larger batch (Batch.Size)",
            error.Message);
    }

    private static void AssertSame(RankedModel model, int ranks)
    {
        double[] one = (model with { Micro = model.Micro * ranks }).Train(1)[0];
        double[][] several = model.Train(ranks);
        Assert.All(several, rank => Assert.Equal(several[0], rank));
        double distance = RankedModel.Distance(several[0], one);
        Assert.True(distance <= Same, $"{distance}");
    }
}

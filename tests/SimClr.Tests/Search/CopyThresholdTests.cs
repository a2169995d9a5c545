using SimClr.Augmentation;
using SimClr.Checkpoints;
using SimClr.Data;
using SimClr.Duplicates;
using SimClr.Embeddings;
using SimClr.Encoders;
using SimClr.Internals;
using static TorchSharp.torch;

namespace SimClr.Tests.Search;

[Collection(ComputeThreadsCollection.Name)]
public sealed class CopyThresholdTests
{
    private const int Images = 40;

    [Fact]
    public void The_lowest_threshold_of_the_required_precision_is_chosen()
    {
        // Nine tenths of the copies lie above all other pairs; then come two of these.
        float[] positives = [.. Enumerable.Range(0, 100).Select(i => 0.5f + (0.005f * i))];
        long[] negatives = new long[100];
        negatives[9] = 2;

        CopyThreshold chosen = CopyThreshold.Choose(positives, negatives);

        Assert.Equal(0.55, chosen.Value!.Value, 1e-5);
        Assert.Equal((1, 0.9), (chosen.Precision, chosen.Recall));
        Assert.Equal(0.88, chosen.RecallByChange[CopyChange.Crop], 1e-9);
        Assert.Equal(0.92, chosen.RecallByChange[CopyChange.Recolor], 1e-9);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void The_choice_equals_that_of_a_slow_search(long seed)
    {
        var stream = new RandomStream(seed, Purpose.Sample);
        float[] positives = new float[80];
        long[] negatives = new long[80];
        for (int i = 0; i < 80; i++)
        {
            positives[i] = (float)Math.Round(stream.Uniform(0.9, 1), 2);   // with many ties
            negatives[i] = stream.Chance(0.03 * seed) ? 1 : 0;
        }

        CopyThreshold chosen = CopyThreshold.Choose(positives, negatives);

        float[] ascending = [.. positives.Order()];
        var good = Enumerable.Range(0, 80).Where(i => i == 0 || ascending[i - 1] < ascending[i])
            .Select(i => (Value: ascending[i], True: 80 - i, False: negatives[i..].Sum()))
            .Where(one => one.True >= 8 && one.True >= 0.99 * (one.True + one.False)).ToArray();
        Assert.Equal(good.Length > 0, chosen.Value is not null);
        if (good.Length > 0)
        {
            Assert.Equal(good[0].Value, chosen.Value!.Value, 2e-6);
            Assert.Equal(good[0].True / 80.0, chosen.Recall, 1e-9);
            Assert.Equal((double)good[0].True / (good[0].True + good[0].False), chosen.Precision, 1e-9);
        }
    }

    [Fact]
    public void Without_a_good_threshold_there_is_none()
    {
        CopyThreshold chosen = CopyThreshold.Choose(
            [.. Enumerable.Range(0, 40).Select(i => i / 40f)], [.. Enumerable.Repeat(5L, 40)]);

        Assert.Null(chosen.Value);
        Assert.Equal(1 / 6.0, chosen.Precision, 1e-9);
        Assert.Equal(0, chosen.Recall);
    }

    [Fact]
    public void An_encoder_that_sees_the_picture_gets_a_threshold_and_a_blind_one_gets_none()
    {
        using InMemoryDataSet images = Set(Images);

        CopyThreshold seeing = Measure(images, blindness: 0);
        CopyThreshold blind = Measure(images, blindness: 1);

        Assert.InRange(seeing.Value!.Value, 0.5, 1);
        Assert.InRange(seeing.Precision, CopyThreshold.MinPrecision, 1);
        Assert.InRange(seeing.RecallByChange[CopyChange.Scale], 0.9, 1);
        Assert.InRange(seeing.RecallByChange[CopyChange.Recompress], 0.9, 1);
        Assert.InRange(seeing.Images, Images - 4, Images);   // A few of the drawn pictures are alike.
        Assert.Null(blind.Value);
        Assert.InRange(blind.Precision, 0, 0.9);
    }

    [Fact]
    public void Real_copies_in_the_set_are_not_part_of_the_sample_and_change_nothing()
    {
        using InMemoryDataSet images = Set(Images);
        using InMemoryDataSet more = new(Enumerable.Range(0, Images + 12).Select(i => SoftImages.Create(i % Images)));

        CopyThreshold without = Measure(images, blindness: 0);
        CopyThreshold with = Measure(more, blindness: 0);

        Assert.Equal(without.Images - 12, with.Images, 2.0);
        Assert.Equal(without.Value!.Value, with.Value!.Value, 0.1);
        Assert.InRange(with.Recall, without.Recall - 0.2, 1);
    }

    [Fact]
    public void The_measurement_depends_on_the_seed_alone()
    {
        using InMemoryDataSet images = Set(20);

        CopyThreshold one = Measure(images, 0, new DataOptions { Workers = 1 });
        CopyThreshold again = Measure(images, 0, new DataOptions { Workers = 3 });

        Assert.Equal((one.Value, one.Precision, one.Recall), (again.Value, again.Precision, again.Recall));
    }

    [Fact]
    public void Embeddings_of_another_encoder_and_too_few_images_are_refused()
    {
        using InMemoryDataSet images = Set(12);
        using TrainedEncoder encoder = Encoder(0);
        using TrainedEncoder other = Encoder(1);
        EmbeddingTable table = Embedder.Embed(encoder, images);
        float[] turned = [.. table.Values.Index().Select(value => value.Index % 2 == 0 ? value.Item : -value.Item)];

        Assert.Contains("with the embeddings, expected 1", Assert.Throws<DataException>(() => CopyThreshold.Measure(
            encoder, new EmbeddingTable(turned, table.Dimension, table.Paths), images)).Message);
        using InMemoryDataSet few = Set(5);
        Assert.Contains("at least 10", Assert.Throws<DataException>(() => Measure(few, 0)).Message);
        using var blank = new InMemoryDataSet(Enumerable.Range(0, 12).Select(
            i => new RgbImage(8, 8, [.. Enumerable.Repeat((byte)(10 * i), 192)])));
        Assert.Contains("0 of 12 images", Assert.Throws<DataException>(() => CopyThreshold.Measure(
            other, Embedder.Embed(other, blank), blank)).Message);
    }

    private static InMemoryDataSet Set(int count) => new(Enumerable.Range(0, count).Select(i => SoftImages.Create(i)));

    private static CopyThreshold Measure(ImageDataSet images, double blindness, DataOptions? options = null)
    {
        using TrainedEncoder encoder = Encoder(blindness);
        return CopyThreshold.Measure(encoder, Embedder.Embed(encoder, images), images, options);
    }

    private static TrainedEncoder Encoder(double blindness) => new(
        new Thumbnail(blindness),
        new EncoderOptions(),
        new ViewOptions { Size = 16 });

    /// <summary>
    /// The colors of 4 × 4 places. Blindness adds the same large number to all images, and noise that only their last
    /// digits decide.
    /// </summary>
    private sealed class Thumbnail(double blindness) : nn.Module<Tensor, Tensor>(nameof(Thumbnail))
    {
        public override Tensor forward(Tensor input)
        {
            using var scope = NewDisposeScope();
            Tensor places = nn.functional.adaptive_avg_pool2d(input, [4, 4]).flatten(1).sub(0.5);
            Tensor noise = places.mul(1e4).sin();
            return places.mul(1 - blindness).add(noise.mul(blindness)).add(10 * blindness).MoveToOuterDisposeScope();
        }
    }
}

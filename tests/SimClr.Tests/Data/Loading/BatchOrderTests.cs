using CsCheck;
using SimClr.Data;

namespace SimClr.Tests.Data;

public sealed class BatchOrderTests
{
    [Fact]
    public void A_shuffled_epoch_holds_each_image_at_most_once_in_full_batches()
        => Gen.Select(Gen.Long, Gen.Int[0, 1000], Gen.Int[0, 300], Gen.Int[1, 40]).Sample((seed, epoch, count, size) =>
        {
            int[][] batches = BatchOrder.Shuffled(seed, epoch, count, size);
            int[] all = [.. batches.SelectMany(batch => batch)];
            Assert.Equal(count / size, batches.Length);
            Assert.All(batches, batch => Assert.Equal(size, batch.Length));
            Assert.Equal(all.Length, all.Distinct().Count());
            Assert.All(all, index => Assert.InRange(index, 0, count - 1));
        });

    [Fact]
    public void The_order_follows_seed_and_epoch_alone()
    {
        int[] Order(long seed, int epoch) => [.. BatchOrder.Shuffled(seed, epoch, 64, 8).SelectMany(batch => batch)];
        Assert.Equal(Order(1, 2), Order(1, 2));
        Assert.NotEqual(Order(1, 2), Order(1, 3));
        Assert.NotEqual(Order(1, 2), Order(2, 2));
        Assert.NotEqual(Order(1, 2), Order(1, 2).Order());
    }

    [Fact]
    public void In_order_keeps_the_last_partial_batch()
    {
        Assert.Equal([[0, 1, 2], [3, 4, 5], [6]], BatchOrder.InOrder(7, 3));
        Assert.Empty(BatchOrder.InOrder(0, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => BatchOrder.InOrder(3, 0));
    }
}

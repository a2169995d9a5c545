using SimClr.Configuration;
using SimClr.Distributed;
using SimClr.Internals;
using SimClr.Training;

namespace SimClr.Tests.Training;

public sealed class MicroBatchTests
{
    private const double Megabyte = 1 << 20;

    [Theory]
    [InlineData(10, 10, new[] { 10 })]
    [InlineData(10, 5, new[] { 5, 5 })]
    [InlineData(10, 4, new[] { 3, 3, 4 })]
    [InlineData(10, 9, new[] { 5, 5 })]
    [InlineData(3, 2, new[] { 1, 2 })]
    public void A_batch_is_cut_into_parts_of_nearly_equal_size(int size, int micro, int[] expected)
    {
        int[] batch = [.. Enumerable.Range(100, size)];
        int[][] parts = [.. MicroBatches.Share(size, micro, SingleProcess.Instance).Split(batch)];
        Assert.Equal(expected, parts.Select(part => part.Length));
        Assert.Equal(batch, parts.SelectMany(part => part));
        Assert.Equal(parts.Length, MicroBatches.Count(size, micro));
    }

    [Theory]
    [InlineData(4096)]
    [InlineData(100)]
    [InlineData(2)]
    public void The_micro_batch_is_found_from_a_few_small_passes(int size)
    {
        const double fixedPart = 300 * Megabyte;
        const double perImage = 5 * Megabyte;
        var tried = new List<int>();
        int micro = MicroBatchFit.FitLine(size, 2048 * Megabyte, 100 * Megabyte, images =>
        {
            tried.Add(images);
            return fixedPart + (images * perImage);
        });

        double limit = (2048 * Megabyte * 0.85) - (100 * Megabyte);
        Assert.Equal(Math.Min(size, (int)((limit - fixedPart) / perImage)), micro);
        Assert.All(tried, images => Assert.True(fixedPart + (images * perImage) <= limit));
        Assert.True(tried.Max() <= Math.Min(size, 64));
    }

    [Fact]
    public void A_flat_measurement_selects_the_whole_batch()
        => Assert.Equal(512, MicroBatchFit.FitLine(512, 1024 * Megabyte, 0, _ => 200 * Megabyte));

    [Fact]
    public void Too_little_memory_is_refused_with_the_required_amount()
    {
        var error = Assert.Throws<ConfigurationException>(
            () => MicroBatchFit.FitLine(512, 1024 * Megabyte, 0, images => (2000 + images) * Megabyte));
        Assert.Contains(
            "1 GB of memory is too little: a micro-batch of 2 images takes 2 GB",
            error.Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(4096, 5000, 4096)]
    [InlineData(4096, 4096, 4096)]
    [InlineData(4096, 1000, 960)]
    [InlineData(100, 3, 3)]
    [InlineData(7, 2, 2)]
    public void Without_memory_queries_steps_are_tried(int size, int most, int expected)
    {
        int micro = MicroBatchFit.Halve(size, images => images <= most);
        Assert.Equal(expected, micro);
        Assert.True(micro <= most);
    }

    [Theory]
    [InlineData(4096, 1000)]
    [InlineData(4096, 4500)]   // all but the reserve
    [InlineData(4096, 4600)]
    [InlineData(100, 7)]
    public void The_micro_batch_for_a_device_leaves_a_tenth_of_its_memory(int size, int memory)
    {
        // A stub of a device on which an image takes 1.
        int taken = 0;
        int micro = MicroBatchFit.FitByTrying(
            size,
            () =>
            {
                taken = memory / 10;
                return new Released(() => taken = 0);
            },
            images => taken + images <= memory);
        Assert.Equal(0, taken);
        Assert.True(micro <= memory - (memory / 10));
        Assert.True(micro == size || micro > 0.8 * (memory - (memory / 10)) || micro == 6);
    }

    [Theory]
    [InlineData(4096, 5000, 4096)]
    [InlineData(4096, 1000, 840)]   // 960 minus an eighth
    [InlineData(100, 3, 2)]
    [InlineData(100, 2, 2)]
    public void Without_the_devices_memory_size_it_is_one_step_smaller(int size, int most, int expected)
        => Assert.Equal(expected, MicroBatchFit.FitByTrying(size, () => null, images => images <= most));

    [Theory]
    [InlineData("CUDA out of memory. Tried to allocate 2.00 GiB.", true)]
    [InlineData("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`", true)]
    [InlineData("Expected all tensors to be on the same device", false)]
    public void Memory_errors_are_distinguished_from_others(string message, bool expected)
        => Assert.Equal(expected, MicroBatchFit.IsOutOfMemory(message));

    [Fact]
    public void A_device_too_small_for_two_images_is_refused()
        => Assert.Throws<ConfigurationException>(() => MicroBatchFit.Halve(64, _ => false));

    [Theory]
    [InlineData("8GB", 8L << 30)]
    [InlineData("1.5 GiB", 3L << 29)]
    [InlineData("512mb", 512L << 20)]
    [InlineData("100KB", 100L << 10)]
    public void Amounts_of_memory_are_read(string text, long bytes) => Assert.Equal(bytes, ByteSize.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("8")]
    [InlineData("GB")]
    [InlineData("-8GB")]
    [InlineData("0GB")]
    [InlineData("1e3GB")]
    [InlineData("manyGB")]
    public void Other_texts_are_not_amounts(string text)
    {
        Assert.Null(ByteSize.Parse(text));
        Assert.Throws<ArgumentOutOfRangeException>(() => new BatchOptions { Memory = text });
    }

    [Fact]
    public void A_micro_batch_larger_than_the_batch_is_refused()
    {
        var error = Assert.Throws<ArgumentException>(
            () => new PretrainOptions { Batch = new BatchOptions { Size = 64, Micro = 65 } }.Validate());
        Assert.Contains("batch.micro is 65 and batch.size is 64", error.Message, StringComparison.Ordinal);
        new PretrainOptions { Batch = new BatchOptions { Size = 64, Micro = 64 } }.Validate();
    }

    [Theory]
    [InlineData(null)]
    [InlineData(8)]
    public void An_amount_of_memory_needs_an_automatic_micro_batch(int? micro)
    {
        var batch = new BatchOptions { Size = 64, Micro = micro, Memory = "1GB" };
        Assert.Throws<ArgumentException>(() => new PretrainOptions { Batch = batch }.Validate());
        new PretrainOptions { Batch = batch with { Micro = 0 } }.Validate();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public void A_micro_batch_of_one_image_is_refused(int micro)
        => Assert.Throws<ArgumentOutOfRangeException>(() => new BatchOptions { Micro = micro });

    private sealed class Released(Action action) : IDisposable
    {
        public void Dispose() => action();
    }
}

using System.Collections.Concurrent;
using SimClr.Data;
using SimClr.Internals;

namespace SimClr.Tests.Data;

public sealed class BatchLoaderTests
{
    private const int Floats = 6;
    private static readonly DataOptions Lenient = new() { MaxSkipped = 1 };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 3)]
    [InlineData(2, 3)]
    [InlineData(4, 2)]
    [InlineData(8, 5)]
    public void Order_and_content_do_not_depend_on_workers_and_ring(int workers, int ring)
    {
        BatchPlan[] plans = [.. Epochs(3, count: 50, size: 7)];
        using var set = Images.Set(50, 3, 4, 49);
        var expected = plans.Select(plan => Expected(plan, 50, [3, 4, 49]));
        Assert.Equal(expected, Loader(set, workers, ring, substitute: true).Load(plans, Cancellation).Select(Copy));
    }

    [Fact]
    public void In_training_the_next_readable_image_stands_in_at_the_same_position()
    {
        using var set = Images.Set(6, 2, 3, 5);
        ImageBatch batch = Loader(set, 2, 3, substitute: true).Load([new(0, [5, 2, 1, 3])], Cancellation).Single();
        Assert.Equal([0, 4, 1, 4], batch.Indices);
        Assert.All(Enumerable.Range(0, 4), position => Assert.True(batch.IsReadable(position)));
        Assert.Equal([0f, 4, 1, 4], Enumerable.Range(0, 4).Select(position => batch.Pixels[position * 3]));
    }

    [Fact]
    public void In_evaluation_an_unreadable_image_is_marked_and_its_values_are_zero()
    {
        using var set = Images.Set(6, 1);
        var skipped = new SkippedImages(set, Lenient);
        var loader = new BatchLoader(set, Floats, Write, skipped, workers: 2, ring: 1);
        bool[][] readable = [.. loader.Load(InOrder(6, 4).Concat([new(0, [1, 1])]), Cancellation).Select(batch =>
        {
            bool[] flags = [.. Enumerable.Range(0, batch.Indices.Length).Select(batch.IsReadable)];
            for (int position = 0; position < flags.Length; position++)
            {
                Assert.Equal(flags[position] ? batch.Indices[position] : 0, batch.Pixels[position * 3]);
            }

            return flags;
        })];
        Assert.Equal([[true, false, true, true], [true, true], [false, false]], readable);
        Assert.Equal(1, skipped.Count);
    }

    /// <summary>
    /// A device may still copy from memory that was handed out: the loader writes there only once it is marked free.
    /// </summary>
    [Fact]
    public void Memory_that_is_not_free_is_not_written()
    {
        using var set = Images.Set(24);
        using var ring = new PixelRing(4, 1, "cpu", TorchSharp.torch.ScalarType.Float32, slots: 2);
        var free = new ConcurrentDictionary<int, bool>();
        int early = 0;
        var loader = new BatchLoader(
            set,
            ring.Memory,
            (_, _, memory) => early += free.Keys.Any(slot => ring.Memory[slot].Equals(memory)) ? 0 : 1,
            new SkippedImages(set, Lenient),
            workers: 1,
            substituteUnreadable: true)
        {
            AwaitFree = slot => free[slot] = true,
        };
        foreach (ImageBatch batch in loader.Load(InOrder(24, 4), Cancellation))
        {
            Assert.True(free.TryRemove(batch.Slot, out _));   // from here on it is not free
        }

        Assert.Equal(0, early);
    }

    [Fact]
    public void A_broken_image_is_read_once_and_remembered()
    {
        using var set = Images.Set(4, 1);
        Assert.Equal(5, Loader(set, 1, 2, substitute: true).Load(Epochs(5, 4, 4), Cancellation).Count());
        Assert.Equal((5 * 4) + 1, set.Reads);
    }

    [Fact]
    public void Buffers_are_reused_and_grow_with_the_batch()
    {
        using var set = Images.Set(10);
        HashSet<float[]> buffers = [];
        int[] lengths = [.. Loader(set, 2, 2, substitute: true)
            .Load([.. InOrder(10, 2), new(0, [.. Enumerable.Range(0, 10)]), .. InOrder(10, 2)], Cancellation)
            .Select(batch =>
            {
                buffers.Add(batch.Pixels);
                Assert.True(batch.Pixels.Length >= batch.Length);
                return batch.Length / Floats;
            })];
        Assert.Equal([2, 2, 2, 2, 2, 10, 2, 2, 2, 2, 2], lengths);
        Assert.Equal(3, buffers.Count);
    }

    [Fact]
    public void Plans_may_be_infinite_and_are_read_only_as_far_as_the_ring()
    {
        using var set = Images.Set(5);
        int taken = 0;
        IEnumerable<BatchPlan> Forever()
        {
            while (true)
            {
                yield return new BatchPlan(taken++, [0, 1, 2]);
            }
        }

        int used = 0;
        foreach (ImageBatch batch in Loader(set, 2, 3, substitute: true).Load(Forever(), Cancellation).Take(20))
        {
            Assert.Equal(used++, batch.Epoch);
            Assert.InRange(taken, used, used + 2);
        }

        Assert.Equal(20, used);
    }

    [Fact]
    public void Leaving_early_stops_the_workers()
    {
        using var set = Images.Set(100);
        var threads = new ConcurrentDictionary<Thread, bool>();
        foreach (ImageBatch batch in Observed(set, threads).Load(Epochs(100, 100, 4), Cancellation))
        {
            break;
        }

        Assert.NotEmpty(threads);
        Assert.All(threads.Keys, thread => Assert.False(thread.IsAlive));
    }

    [Fact]
    public void Cancellation_ends_the_enumeration_and_the_workers()
    {
        using var set = Images.Set(100);
        using var source = new CancellationTokenSource();
        var threads = new ConcurrentDictionary<Thread, bool>();
        int seen = 0;
        Assert.ThrowsAny<OperationCanceledException>(() =>
        {
            foreach (ImageBatch batch in Observed(set, threads).Load(Epochs(100, 100, 4), source.Token))
            {
                if (++seen == 3)
                {
                    source.Cancel();
                }
            }
        });
        Assert.Equal(3, seen);
        Assert.All(threads.Keys, thread => Assert.False(thread.IsAlive));
    }

    [Fact]
    public void Cancellation_wakes_a_consumer_that_waits()
    {
        using var set = Images.Set(4);
        using var source = new CancellationTokenSource();
        using var release = new ManualResetEventSlim();
        using var registration = source.Token.Register(release.Set);
        using var entered = new ManualResetEventSlim();
        var loader = new BatchLoader(
            set,
            Floats,
            (_, _, _) =>
            {
                entered.Set();
                release.Wait(Cancellation);
            },
            new SkippedImages(set),
            workers: 1);
        var canceller = new Thread(() =>
        {
            entered.Wait();
            source.Cancel();
        });
        canceller.Start();
        Assert.ThrowsAny<OperationCanceledException>(() => loader.Load(InOrder(4, 4), source.Token).Count());
        canceller.Join();
    }

    [Fact]
    public void An_exception_of_a_worker_reaches_the_consumer_unwrapped()
    {
        using var set = Images.Set(100, [.. Enumerable.Range(40, 20)]);
        var strict = new BatchLoader(
            set, Floats, Write, new SkippedImages(set), workers: 4, substituteUnreadable: true);
        Assert.Throws<DataException>(() => strict.Load(InOrder(100, 10), Cancellation).Count());
        var broken = new BatchLoader(
            set, Floats, (_, _, _) => throw new InvalidTimeZoneException("odd"), new SkippedImages(set), workers: 2);
        Assert.Throws<InvalidTimeZoneException>(() => broken.Load(InOrder(100, 10), Cancellation).Count());
    }

    [Fact]
    public void A_set_without_readable_images_ends_training()
    {
        using var set = Images.Set(3, 0, 1, 2);
        var error = Assert.Throws<DataException>(
            () => Loader(set, 2, 3, substitute: true).Load(InOrder(3, 3), Cancellation).Count());
        Assert.Contains("none of 3 images can be read", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_plan_gives_no_batch_and_a_failing_plan_throws_in_the_consumer()
    {
        using var set = Images.Set(3);
        BatchLoader loader = Loader(set, 2, 3, substitute: true);
        Assert.Empty(loader.Load([], Cancellation));
        Assert.Equal(0, loader.Load([new(0, [])], Cancellation).Single().Length);
        IEnumerable<BatchPlan> Failing()
        {
            yield return new BatchPlan(0, [0]);
            throw new InvalidTimeZoneException("plan");
        }

        Assert.Throws<InvalidTimeZoneException>(() => loader.Load(Failing(), Cancellation).Count());
    }

    [Fact]
    public void A_batch_beyond_the_size_of_an_array_is_refused()
    {
        using var set = Images.Set(3);
        var loader = new BatchLoader(set, 1 << 30, Write, new SkippedImages(set));
        var error = Assert.Throws<ConfigurationException>(() => loader.Load(InOrder(3, 3), Cancellation).Count());
        Assert.Contains("a batch of 3 images takes 3221225472 values", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_time_the_consumer_waits_is_counted()
    {
        using var set = Images.Set(3);
        BatchLoader loader = Loader(set, 1, 1, substitute: true);
        Assert.Equal(TimeSpan.Zero, loader.WaitTime);
        Assert.Equal(3, loader.Load(InOrder(3, 1), Cancellation).Count());
        Assert.True(loader.WaitTime > TimeSpan.Zero);
    }

    private static BatchLoader Loader(ImageDataSet set, int workers, int ring, bool substitute)
        => new(set, Floats, Write, new SkippedImages(set, Lenient), workers, ring, substitute);

    private static BatchLoader Observed(ImageDataSet set, ConcurrentDictionary<Thread, bool> threads) => new(
        set,
        Floats,
        (image, address, batch) =>
        {
            threads[Thread.CurrentThread] = true;
            Write(image, address, batch);
        },
        new SkippedImages(set),
        workers: 4);

    /// <summary>Two views of three values: number of the image, epoch, view.</summary>
    private static void Write(RgbImage image, SampleAddress address, Span<float> batch)
    {
        Assert.Equal(Images.NumberOf(image), address.Index);
        Assert.Equal(Floats * address.BatchSize, batch.Length);
        for (int view = 0; view < 2; view++)
        {
            Span<float> place = batch.Slice(3 * ((view * address.BatchSize) + address.Position), 3);
            (place[0], place[1], place[2]) = (address.Index, address.Epoch, view);
        }
    }

    private static IEnumerable<BatchPlan> Epochs(int epochs, int count, int size)
        => Enumerable.Range(0, epochs)
            .SelectMany(
                epoch => BatchOrder.Shuffled(1, epoch, count, size).Select(batch => new BatchPlan(epoch, batch)));

    private static IEnumerable<BatchPlan> InOrder(int count, int size)
        => BatchOrder.InOrder(count, size).Select(batch => new BatchPlan(0, batch));

    private static float[] Copy(ImageBatch batch) => batch.Pixels[..batch.Length];

    private static float[] Expected(BatchPlan plan, int count, int[] unreadable)
    {
        int Readable(int index) => unreadable.Contains(index) ? Readable((index + 1) % count) : index;
        return [.. Enumerable.Range(0, 2).SelectMany(view
            => plan.Indices.SelectMany(index => new float[] { Readable(index), plan.Epoch, view }))];
    }
}

using System.Collections.Concurrent;
using SimClr.Store;
using SimClr.Tests.Data;
using SimClr.Tests.Search;

namespace SimClr.Tests.Store;

/// <summary>Sixteen threads on one instance, adding, removing and searching at once.</summary>
public sealed class ConcurrentIndexTests : IDisposable
{
    private const int Threads = 16;
    private const int Each = 6;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task No_row_is_lost_and_every_answer_is_a_state_between_two_changes()
    {
        using var index = new SqliteImageCollection(
            folder.PathOf("photos.index"), new IndexDescription(Records.Dimension));
        await index.EnsureCollectionExistsAsync();
        await index.UpsertAsync(Enumerable.Range(10_000, 20).Select(number => Records.Create(number)));
        var errors = new ConcurrentQueue<Exception>();
        using var start = new Barrier(Threads);
        Thread[] threads = [.. Enumerable.Range(0, Threads).Select(thread => new Thread(() =>
        {
            try
            {
                start.SignalAndWait();
                for (int i = 0; i < Each; i++)
                {
                    if (thread % 2 == 0)
                    {
                        Change(index, thread, i);
                    }
                    else
                    {
                        Search(index, thread);
                    }
                }
            }
            catch (Exception error)
            {
                errors.Enqueue(error);
            }
        }))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());

        Assert.Empty(errors);
        string[] expected = [.. Enumerable.Range(10_000, 20).Select(number => Records.Create(number).Path)
            .Concat(Enumerable.Range(0, Threads / 2).SelectMany(writer => Enumerable.Range(0, Each)
                .SelectMany(i => Pair(2 * writer, i).Select(record => record.Path))))
            .Order(StringComparer.Ordinal)];
        Assert.Equal(expected, All(index));
        using var again = new SqliteImageCollection(folder.PathOf("photos.index"));
        Assert.Equal(expected, All(again));
        Assert.Equal(expected.Length, await again.CountAsync());
    }

    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(1)]
    public async Task Vectors_that_are_read_bit_by_bit_are_those_of_a_new_instance(long graphFrom)
    {
        string path = folder.PathOf("photos.index");
        var description = new IndexDescription(Records.Dimension);
        using var index = new SqliteImageCollection(path, description) { GraphFrom = graphFrom };
        await index.EnsureCollectionExistsAsync();
        for (int i = 0; i < 6; i++)
        {
            await index.UpsertAsync(Enumerable.Range(40 * i, 40).Select(number => Records.Create(number)));
            await Same();
            switch (i)
            {
                case 1:
                    await index.CompleteAsync();
                    break;
                case 2:
                    await index.DeleteAsync("image17.jpg");
                    break;
                case 3:
                    await index.UpsertAsync(Records.Create(5, vectorOf: 900));
                    break;
                case 4:
                    await index.UpsertAsync(Records.Create(1000));
                    await index.CompleteAsync();
                    break;
            }

            await Same();
        }

        async Task Same()
        {
            using var again = new SqliteImageCollection(path) { GraphFrom = graphFrom, Exact = true };
            foreach (int number in new[] { 0, 17, 5, 900, 1000, 150 })
            {
                index.Exact = true;
                Assert.Equal(await Records.Find(again, number, 300), await Records.Find(index, number, 300));
                index.Exact = false;
                Assert.Equal((await Records.Find(again, number, 1))[0], (await Records.Find(index, number, 1))[0]);
            }
        }
    }

    // Two rows come in one transaction, and a passing row comes and goes.
    private static void Change(SqliteImageCollection index, int thread, int i)
    {
        var passing = new ImageRecord
        {
            Path = $"passing{thread}.jpg",
            Vector = SyntheticVectors.Draw(5, Records.Dimension),
        };
        index.UpsertAsync(passing).GetAwaiter().GetResult();
        index.UpsertAsync(Pair(thread, i)).GetAwaiter().GetResult();
        index.DeleteAsync(passing.Path).GetAwaiter().GetResult();
    }

    private static ImageRecord[] Pair(int thread, int i) =>
    [
        new() { Path = $"{thread}-{i}-a.jpg", Vector = SyntheticVectors.Draw((100 * thread) + i, Records.Dimension) },
        new() { Path = $"{thread}-{i}-b.jpg", Vector = SyntheticVectors.Draw((100 * thread) + i, Records.Dimension) },
    ];

    private static void Search(SqliteImageCollection index, int thread)
    {
        string[] found = Find(index, 10_000 + thread, top: 1000);
        Assert.Equal(Records.Create(10_000 + thread).Path, found[0]);
        Assert.Equal(found.Length, found.Distinct().Count());
        Assert.Equal(20, found.Count(path => path.StartsWith("image", StringComparison.Ordinal)));
        Assert.All(
            found.Where(path => path.EndsWith("-a.jpg", StringComparison.Ordinal)),
            path => Assert.Contains(path.Replace("-a.jpg", "-b.jpg", StringComparison.Ordinal), found));
        Assert.Equal(
            found.Count(path => path.EndsWith("-a.jpg", StringComparison.Ordinal)),
            found.Count(path => path.EndsWith("-b.jpg", StringComparison.Ordinal)));
        Assert.NotEmpty(All(index));
        Assert.True(index.IsExact);
    }

    private static string[] Find(SqliteImageCollection index, int number, int top)
        => Records.Find(index, number, top).GetAwaiter().GetResult();

    private static string[] All(SqliteImageCollection index)
        => [.. index.GetAsync(record => true, int.MaxValue).ToBlockingEnumerable().Select(record => record.Path)
            .Order(StringComparer.Ordinal)];
}

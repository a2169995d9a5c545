using Microsoft.Extensions.VectorData;
using SimClr.Store;
using SimClr.Tests.Search;

namespace SimClr.Tests.Store;

/// <summary>Synthetic images, and the contract of any store, written against the interface alone.</summary>
internal static class Records
{
    public const int Dimension = 12;

    public static ImageRecord Create(int number, int? vectorOf = null) => new()
    {
        Path = $"image{number}.jpg",
        Width = 10 + number,
        Height = 20 + number,
        Label = number % 2 == 0 ? "even" : "odd",
        Vector = SyntheticVectors.Draw(vectorOf ?? number, Dimension),
    };

    public static async Task<string[]> Find(
        VectorStoreCollection<string, ImageRecord> store,
        int number,
        int top,
        VectorSearchOptions<ImageRecord>? options = null)
    {
        var found = new List<string>();
        await foreach (VectorSearchResult<ImageRecord> result in store.SearchAsync(
            SyntheticVectors.Draw(number, Dimension), top, options))
        {
            found.Add(result.Record.Path);
        }

        return [.. found];
    }

    /// <summary>Adds, finds, filters, replaces, removes.</summary>
    public static async Task Exercise(VectorStoreCollection<string, ImageRecord> store)
    {
        Assert.False(await store.CollectionExistsAsync());
        await store.EnsureCollectionExistsAsync();
        await store.EnsureCollectionExistsAsync();
        Assert.True(await store.CollectionExistsAsync());
        Assert.Empty(await Find(store, 0, 3));

        await store.UpsertAsync(Enumerable.Range(0, 40).Select(i => Create(i)));
        await store.UpsertAsync(new ImageRecord { Path = "bare.jpg", Vector = SyntheticVectors.Draw(40, Dimension) });

        ImageRecord? seven = await store.GetAsync("image7.jpg", new RecordRetrievalOptions { IncludeVectors = true });
        Assert.Equal((17, 27, "odd"), (seven!.Width, seven.Height, seven.Label));
        Assert.Equal(SyntheticVectors.Draw(7, Dimension), seven.Vector.ToArray());
        Assert.Equal(0, (await store.GetAsync("image7.jpg"))!.Vector.Length);
        Assert.Null(await store.GetAsync("nowhere.jpg"));
        Assert.Null((await store.GetAsync("bare.jpg"))!.Width);

        string[] nearest = await Find(store, 7, 41);
        Assert.Equal("image7.jpg", nearest[0]);
        Assert.Equal(41, nearest.Length);
        string[] even = await Find(
            store, 7, 5, new VectorSearchOptions<ImageRecord> { Filter = record => record.Label == "even" });
        Assert.Equal(
            [.. nearest.Where(path => int.TryParse(path[5..^4], out int number) && number % 2 == 0).Take(5)], even);
        Assert.Equal(nearest[3..8], await Find(store, 7, 5, new VectorSearchOptions<ImageRecord> { Skip = 3 }));
        Assert.Equal(
            ["image7.jpg"], await Find(store, 7, 5, new VectorSearchOptions<ImageRecord> { ScoreThreshold = 0.9999 }));

        await store.UpsertAsync(Create(7, vectorOf: 100));
        Assert.NotEqual("image7.jpg", (await Find(store, 7, 1))[0]);
        Assert.Equal("image7.jpg", (await Find(store, 100, 1))[0]);

        await store.DeleteAsync(["image7.jpg", "image8.jpg", "nowhere.jpg"]);
        Assert.Equal(39, (await Find(store, 100, 50)).Length);
        Assert.DoesNotContain("image7.jpg", await Find(store, 100, 50));
        var labeled = new List<string>();
        await foreach (ImageRecord record in store.GetAsync(record => record.Label == "odd", 3))
        {
            labeled.Add(record.Path);
        }

        Assert.Equal(["image1.jpg", "image3.jpg", "image5.jpg"], labeled);

        DataException wrong = await Assert.ThrowsAsync<DataException>(
            () => store.UpsertAsync(new ImageRecord { Path = "x", Vector = new float[3] }));
        Assert.Contains("has 3 numbers, expected 12", wrong.Message);
        await Assert.ThrowsAsync<DataException>(() => store.UpsertAsync(
            [Create(50), new ImageRecord { Path = "x", Vector = Enumerable.Repeat(float.NaN, Dimension).ToArray() }]));
        DataException zeros = await Assert.ThrowsAsync<DataException>(
            () => store.UpsertAsync([Create(50), new ImageRecord { Path = "x", Vector = new float[Dimension] }]));
        Assert.Contains("x is all zeros", zeros.Message);
        Assert.Null(await store.GetAsync("image50.jpg"));

        await store.EnsureCollectionDeletedAsync();
        Assert.False(await store.CollectionExistsAsync());
    }
}

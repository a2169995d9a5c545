using Microsoft.Extensions.VectorData;
using SimClr.Store;
using SimClr.Tests.Data;

namespace SimClr.Tests.Store;

public sealed class SqliteImageStoreTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Collections_satisfy_the_contract_and_are_listed_by_name()
    {
        string place = folder.PathOf("indexes");
        using var store = new SqliteImageStore(place);
        VectorStoreCollectionDefinition definition = ImageRecord.DefinitionFor(Records.Dimension);
        Assert.Empty(await store.ListCollectionNamesAsync().ToArrayAsync());
        await Records.Exercise(store.GetCollection<string, ImageRecord>("photos", definition));
        Assert.Empty(await store.ListCollectionNamesAsync().ToArrayAsync());

        VectorStoreCollection<string, ImageRecord> holiday =
            store.GetCollection<string, ImageRecord>("holiday 2026", definition);
        await holiday.EnsureCollectionExistsAsync();
        await holiday.UpsertAsync(Records.Create(1));
        await store.GetImages("animals", definition).EnsureCollectionExistsAsync();
        File.WriteAllText(Path.Combine(place, "text.index"), "something else");
        Assert.Equal("holiday 2026", holiday.Name);
        Assert.Equal(["animals", "holiday 2026"], await store.ListCollectionNamesAsync().ToArrayAsync());
        Assert.Same(holiday, store.GetImages("holiday 2026"));

        using var again = new SqliteImageStore(place);
        Assert.Equal(["image1.jpg"], await Records.Find(again.GetImages("holiday 2026"), 1, 3));
        Assert.True(await store.CollectionExistsAsync("animals"));
        await store.EnsureCollectionDeletedAsync("animals");
        Assert.False(await store.CollectionExistsAsync("animals"));
        Assert.Same(store, store.GetService(typeof(SqliteImageStore)));
        Assert.Equal(place, ((VectorStoreMetadata)store.GetService(typeof(VectorStoreMetadata))!).VectorStoreName);
    }

    [Theory]
    [InlineData("")]
    [InlineData("../photos")]
    [InlineData("a/b")]
    [InlineData("a\\b")]
    [InlineData(".hidden")]
    [InlineData("photos ")]
    public void Names_that_leave_the_folder_are_refused(string name)
    {
        using var store = new SqliteImageStore(folder.Path);
        Assert.Throws<ConfigurationException>(() => store.GetImages(name));
    }

    [Fact]
    public async Task Other_records_and_indexes_without_a_dimension_are_refused()
    {
        using var store = new SqliteImageStore(folder.Path);
        Assert.Throws<NotSupportedException>(() => store.GetCollection<string, string>("photos"));
        Assert.Throws<NotSupportedException>(
            () => store.GetDynamicCollection("photos", ImageRecord.DefinitionFor(Records.Dimension)));
        await Assert.ThrowsAsync<ConfigurationException>(
            () => store.GetImages("new").EnsureCollectionExistsAsync());
    }
}

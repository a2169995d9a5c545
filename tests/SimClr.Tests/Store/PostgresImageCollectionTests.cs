using SimClr.Store;
using SimClr.Store.Postgres;
using SimClr.Tests.Search;

namespace SimClr.Tests.Store;

/// <summary>
/// Tests with a real server, whose connection string is in SIMCLR_POSTGRES (Host=…;Database=…;Username=…); skipped
/// without it.
/// </summary>
public sealed class PostgresImageCollectionTests
{
    private static readonly string? Server = Environment.GetEnvironmentVariable("SIMCLR_POSTGRES");

    [Fact]
    public async Task It_satisfies_the_store_contract()
    {
        using PostgresImageCollection store = New("exercise");
        await store.EnsureCollectionDeletedAsync();
        await Records.Exercise(store);
    }

    [Fact]
    public async Task Its_search_in_SQL_finds_the_same_as_the_librarys()
    {
        using PostgresImageCollection store = New("compare");
        await store.EnsureCollectionDeletedAsync();
        await store.EnsureCollectionExistsAsync();
        await store.UpsertAsync(Enumerable.Range(0, 300).Select(i => Records.Create(i)));
        store.Exact = true;
        using var index = SyntheticVectors.Index(300, Records.Dimension);

        for (int query = 300; query < 310; query++)
        {
            Assert.Equal(
                index.Find(SyntheticVectors.Draw(query, Records.Dimension), 10)
                    .Select(neighbor => $"image{neighbor.Row}.jpg"),
                await Records.Find(store, query, 10));
        }

        using PostgresImageCollection again = new(Server!, "test_compare");
        Assert.Equal(new IndexDescription(Records.Dimension, "f00d", "/runs/a"), again.Description);
        Assert.Equal(300, await again.CountAsync());
        await store.EnsureCollectionDeletedAsync();
    }

    [Fact]
    public void A_missing_index_is_reported()
    {
        using PostgresImageCollection store = New("nowhere");
        Assert.Contains(
            "there is no index 'test_nowhere'", Assert.Throws<DataException>(() => store.Description).Message);
    }

    [Fact]
    public void An_unreachable_server_is_reported_without_the_password()
    {
        using var store = new PostgresImageCollection(
            "Host=127.0.0.1;Port=1;Database=d;Username=u;Password=hidden;Timeout=2", "photos");
        string message = Assert.Throws<DataException>(() => store.Description).Message;
        Assert.Contains("PostgreSQL at 127.0.0.1, database d cannot be used", message);
        Assert.DoesNotContain("hidden", message);
    }

    [Theory]
    [InlineData("Host=x;Colour=red", "photos", "connection string cannot be used")]
    [InlineData("Host=x", "my photos", "expected up to 40 lower-case letters")]
    [InlineData("Host=x", "a\"; DROP TABLE b", "expected up to 40 lower-case letters")]
    public void Invalid_store_settings_are_refused(string connection, string name, string expected)
        => Assert.Contains(
            expected,
            Assert.Throws<ConfigurationException>(() => new PostgresImageCollection(connection, name)).Message);

    private static PostgresImageCollection New(string name)
    {
        Assert.SkipWhen(Server is null, "SIMCLR_POSTGRES names no server");
        return new PostgresImageCollection(
            Server!, $"test_{name}", new IndexDescription(Records.Dimension, "f00d", "/runs/a"));
    }
}

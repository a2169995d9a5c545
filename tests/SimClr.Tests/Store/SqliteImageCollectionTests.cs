using Microsoft.Data.Sqlite;
using SimClr.Store;
using SimClr.Tests.Data;
using SimClr.Tests.Search;

namespace SimClr.Tests.Store;

public sealed class SqliteImageCollectionTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private string Index => folder.PathOf("photos.index");

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task It_satisfies_the_store_contract()
    {
        using SqliteImageCollection store = New();
        await Records.Exercise(store);
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public async Task Added_rows_are_present_after_reopening_in_one_file()
    {
        await Fill(50);

        using var again = new SqliteImageCollection(Index);

        Assert.Equal(new IndexDescription(Records.Dimension, "f00d", "/runs/a"), again.Description);
        Assert.Equal(50, await again.CountAsync());
        Assert.Equal("image9.jpg", (await Records.Find(again, 9, 1))[0]);
        Assert.Equal([Index], Directory.GetFiles(folder.Path));
        Assert.Equal(SyntheticVectors.Draw(9, Records.Dimension), again.ReadTable()[9].ToArray());
        Assert.Equal(["even", "odd"], again.ReadTable().ClassNames!);
    }

    [Fact]
    public async Task A_change_by_another_process_is_seen_by_the_next_search()
    {
        using SqliteImageCollection one = await Fill(20);
        Assert.Equal(20, (await Records.Find(one, 30, 50)).Length);
        using var other = new SqliteImageCollection(Index);
        await other.UpsertAsync(Records.Create(30));

        Assert.Equal("image30.jpg", (await Records.Find(one, 30, 1))[0]);
    }

    [Fact]
    public async Task A_graph_is_stored_with_the_vectors_and_never_used_for_others()
    {
        using (SqliteImageCollection store = New(graphFrom: 1))
        {
            await store.EnsureCollectionExistsAsync();
            await store.UpsertAsync(Enumerable.Range(0, 3000).Select(i => Records.Create(i)));
            await store.CompleteAsync();
        }

        using (SqliteImageCollection again = New(graphFrom: 1))
        {
            Assert.InRange(again.GraphRecall!.Value, 0.98, 1);
            await again.UpsertAsync(Records.Create(3000));
        }

        using (SqliteImageCollection behind = New(graphFrom: 1))
        {
            Assert.Null(behind.GraphRecall);
            Assert.True(behind.IsExact);
            Assert.Equal("image3000.jpg", (await Records.Find(behind, 3000, 1))[0]);
            await behind.CompleteAsync();
            Assert.NotNull(behind.GraphRecall);
        }

        using SqliteImageCollection last = New(graphFrom: 1);
        Assert.NotNull(last.GraphRecall);
        await last.DeleteAsync("image3000.jpg");
        Assert.NotNull(last.GraphRecall);
        Assert.DoesNotContain("image3000.jpg", await Records.Find(last, 3000, 3000));
        Assert.Equal(3000, await last.CountAsync());
    }

    [Fact]
    public async Task After_many_removals_rows_leave_the_file_with_the_graph()
    {
        using SqliteImageCollection store = New(graphFrom: 1);
        await store.EnsureCollectionExistsAsync();
        await store.UpsertAsync(Enumerable.Range(0, 1200).Select(i => Records.Create(i)));
        await store.CompleteAsync();
        await store.DeleteAsync(Enumerable.Range(0, 600).Select(i => $"image{i}.jpg"));
        Assert.Equal(1200, Rows("vectors"));

        await store.CompleteAsync();

        Assert.Equal(600, Rows("vectors"));
        Assert.Equal(600, Rows("images"));
        Assert.NotNull(store.GraphRecall);
        Assert.Equal("image700.jpg", (await Records.Find(store, 700, 1))[0]);
    }

    [Theory]
    [InlineData("UPDATE graph SET data = substr(data, 1, 3000)")]
    [InlineData("UPDATE meta SET value = 'stamp' WHERE key = 'graph'")]
    public async Task A_damaged_graph_is_ignored(string damage)
    {
        using (SqliteImageCollection store = New(graphFrom: 1))
        {
            await store.EnsureCollectionExistsAsync();
            await store.UpsertAsync(Enumerable.Range(0, 500).Select(i => Records.Create(i)));
            await store.CompleteAsync();
        }

        Run(damage);
        using SqliteImageCollection again = New(graphFrom: 1);
        Assert.Null(again.GraphRecall);
        Assert.Equal("image77.jpg", (await Records.Find(again, 77, 1))[0]);
    }

    [Fact]
    public void A_missing_index_is_reported() => Assert.Contains("there is no index", Refused());

    [Fact]
    public void A_text_file_is_refused()
    {
        folder.Write("photos.index", new string('a', 5000));
        Assert.Contains("it is not an index", Refused());
    }

    [Fact]
    public void An_empty_file_is_refused()
    {
        folder.Write("photos.index", "");
        Assert.Contains("is empty", Refused());
    }

    [Fact]
    public void Another_database_is_refused()
    {
        Run("CREATE TABLE photos(id INTEGER)", create: true);
        Assert.Contains("an SQLite database but not an index of images", Refused());
    }

    [Fact]
    public async Task An_index_of_a_later_version_is_refused()
    {
        (await Fill(3)).Dispose();
        Run("PRAGMA user_version = 9");
        Assert.Contains("version 9, expected 1", Refused());
    }

    /// <summary>Counting the rows of this view would never end.</summary>
    [Fact]
    public async Task A_view_where_a_table_belongs_is_refused()
    {
        (await Fill(3)).Dispose();
        Run(
            "DROP TABLE images; CREATE VIEW images AS WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM "
                + "n) SELECT id, 'a' AS path FROM n");
        Assert.Contains("1 view(s)", Refused());
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.95)]
    [InlineData(0.01)]
    public async Task A_cut_file_is_refused(double share)
    {
        (await Fill(400)).Dispose();
        byte[] bytes = File.ReadAllBytes(Index);
        File.WriteAllBytes(Index, bytes[..(int)(share * bytes.Length)]);
        Assert.Matches("truncated|damaged|not an index", Refused());
    }

    [Theory]
    [InlineData("DELETE FROM vectors WHERE id = 3")]
    [InlineData("DELETE FROM images WHERE id = 3")]
    [InlineData("UPDATE vectors SET id = 0 WHERE id = 3")]
    public async Task An_index_that_lost_rows_is_refused(string damage)
    {
        (await Fill(12)).Dispose();
        Run(damage);
        using (var searched = new SqliteImageCollection(Index))
        {
            Assert.Contains(
                "damaged", (await Assert.ThrowsAsync<DataException>(() => Records.Find(searched, 7, 100))).Message);
        }

        using (var read = new SqliteImageCollection(Index))
        {
            Assert.Throws<DataException>(read.ReadTable);
        }

        // Earlier versions did not store a count: then the rows are counted when the file is opened.
        Run("DELETE FROM meta WHERE key = 'rows'");
        Assert.Contains("is damaged: it has", Refused());
    }

    [Fact]
    public async Task An_index_states_its_row_count_after_every_change()
    {
        using (SqliteImageCollection store = New(graphFrom: 1))
        {
            await store.EnsureCollectionExistsAsync();
            await store.UpsertAsync(Enumerable.Range(0, 40).Select(i => Records.Create(i)));
            await store.UpsertAsync([Records.Create(3), Records.Create(50)]);
            await store.DeleteAsync([Records.Create(5).Path, "nothing"]);
            Assert.Equal(40, Counted());
            await store.CompleteAsync();
            // Kept as long as the graph is.
            await store.DeleteAsync(Enumerable.Range(10, 25).Select(i => Records.Create(i).Path));
            await store.UpsertAsync([Records.Create(7), Records.Create(60)]);
            Assert.Equal(42, Counted());
            await store.CompleteAsync();
            Assert.Equal(16, Counted());
        }

        Assert.Equal((16, 16), (Rows("images"), Rows("vectors")));
    }

    [Fact]
    public async Task An_index_written_by_another_version_is_counted_and_then_states_the_count()
    {
        (await Fill(12)).Dispose();
        Run(
            "DELETE FROM vectors WHERE id = 3; DELETE FROM images WHERE id = 3; "
                + "UPDATE meta SET value = value + 1 WHERE key = 'version'");
        Assert.Null(Counted());

        using SqliteImageCollection store = new(Index);
        Assert.Equal(11, store.ReadTable().Count);
        Assert.Equal(11, (await Records.Find(store, 7, 100)).Length);
        await store.UpsertAsync([Records.Create(20)]);
        Assert.Equal(12, Counted());
        Assert.Equal(12, (await Records.Find(store, 7, 100)).Length);
    }

    [Fact]
    public async Task An_image_that_lost_its_path_is_detected()
    {
        (await Fill(12)).Dispose();
        Run("UPDATE images SET path = NULL WHERE id = 3");
        Assert.Contains("1 of 12 images have no path", Refused());
    }

    [Fact]
    public async Task A_stored_vector_of_zeros_is_named()
    {
        (await Fill(12)).Dispose();
        Run("UPDATE vectors SET vector = zeroblob(length(vector)) WHERE id = 3");
        using var store = new SqliteImageCollection(Index);
        var error = await Assert.ThrowsAsync<DataException>(() => Records.Find(store, 5, 3));
        Assert.Contains("image2.jpg is all zeros", error.Message);
    }

    [Fact]
    public async Task A_cell_of_another_type_is_damage()
    {
        (await Fill(3)).Dispose();
        Run("UPDATE meta SET value = x'0102' WHERE key = 'encoder'");
        Assert.Contains("is damaged: ", Refused());
    }

    /// <summary>A search by path would miss images that the table still has.</summary>
    [Fact]
    public async Task Paths_lost_from_the_index_on_paths_are_refused()
    {
        (await Fill(12)).Dispose();
        Run("""
            CREATE TABLE few(id INTEGER PRIMARY KEY, path TEXT UNIQUE);
            INSERT INTO few SELECT id, path FROM images WHERE id < 9;
            PRAGMA writable_schema = ON;
            UPDATE sqlite_master
            SET rootpage = (SELECT rootpage FROM sqlite_master WHERE name = 'sqlite_autoindex_few_1')
            WHERE name = 'sqlite_autoindex_images_1';
            """);
        Assert.Contains("12 images (8 by their paths) and 12 vectors", Refused());
    }

    [Theory]
    [InlineData(0, 4096)]       // a whole page of zeros
    [InlineData(2048, 4096)]    // its second half, where most cells are
    [InlineData(100, 300)]
    public async Task No_row_is_lost_silently_if_a_page_is_overwritten(int from, int to)
    {
        (await Fill(60)).Dispose();
        byte[] whole = File.ReadAllBytes(Index);
        for (int page = 1; page < whole.Length / 4096; page++)
        {
            byte[] damaged = [.. whole];
            damaged.AsSpan((page * 4096) + from, to - from).Clear();
            File.WriteAllBytes(Index, damaged);
            foreach (Func<SqliteImageCollection, Task<int>> use in new Func<SqliteImageCollection, Task<int>>[]
            {
                store => Task.FromResult(store.ReadTable().Count),
                async store => (await Records.Find(store, 7, 100)).Length,
            })
            {
                using var store = new SqliteImageCollection(Index);
                if (await Record.ExceptionAsync(async () => Assert.Equal(60, await use(store))) is { } error)
                {
                    Assert.IsType<DataException>(error);
                }
            }
        }
    }

    [Fact]
    public async Task An_existing_index_is_not_overwritten()
    {
        (await Fill(3)).Dispose();
        Assert.Contains("already exists", Assert.Throws<ConfigurationException>(
            () => IndexFile.Create(Index, new IndexDescription(4))).Message);
    }

    [Fact]
    public async Task A_batch_that_cannot_be_written_leaves_nothing()
    {
        using SqliteImageCollection store = await Fill(10);
        IEnumerable<ImageRecord> Broken()
        {
            yield return Records.Create(11);
            throw new InvalidOperationException("the source failed");
        }

        await Assert.ThrowsAsync<InvalidOperationException>(() => store.UpsertAsync(Broken()));
        Assert.Equal(10, await store.CountAsync());
    }

    private SqliteImageCollection New(long graphFrom = long.MaxValue)
        => new(Index, new IndexDescription(Records.Dimension, "f00d", "/runs/a")) { GraphFrom = graphFrom };

    private async Task<SqliteImageCollection> Fill(int count)
    {
        SqliteImageCollection store = New();
        await store.EnsureCollectionExistsAsync();
        await store.UpsertAsync(Enumerable.Range(0, count).Select(i => Records.Create(i)));
        return store;
    }

    private long? Counted()
    {
        using var file = IndexFile.Open(Index);
        return file.Rows;
    }

    private string Refused()
    {
        using var store = new SqliteImageCollection(Index);
        return Assert.Throws<DataException>(() => store.Description).Message;
    }

    private long Rows(string table)
    {
        using var connection = new SqliteConnection($"Data Source={Index};Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = $"SELECT count(*) FROM {table}";
        return (long)command.ExecuteScalar()!;
    }

    private void Run(string text, bool create = false)
    {
        using var connection = new SqliteConnection(
            $"Data Source={Index};Pooling=False;Mode={(create ? "ReadWriteCreate" : "ReadWrite")}");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = text;
        command.ExecuteNonQuery();
    }
}

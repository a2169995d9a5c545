using Microsoft.Data.Sqlite;
using SimClr.Search;
using SimClr.Store;

namespace SimClr.Fuzz;

/// <summary>The image index.</summary>
internal static class StoreReaders
{
    private const int Dimension = 4;
    private const int Images = 40;

    public static IReadOnlyList<FuzzReader> All { get; } =
    [
        new("index", "a.index", folder => [Index(folder, graph: true), Index(folder, graph: false)], Search)
        {
            Tokens =
            [
                "images", "vectors", "graph", "meta", "dimension", "CREATE TABLE", "SQLite format 3\0", "path", "BLOB",
            ],
            Share = 1,
        },
    ];

    private static byte[] Index(string folder, bool graph)
        => ReaderCatalog.Written(folder, graph ? "g.index" : "p.index", file =>
        {
            using var collection = new SqliteImageCollection(file, new IndexDescription(Dimension))
            {
                GraphFrom = graph ? 1 : long.MaxValue,
                Threads = 1,
            };
            collection.EnsureCollectionExistsAsync().GetAwaiter().GetResult();
            collection.UpsertAsync(Enumerable.Range(0, Images).Select(Record)).GetAwaiter().GetResult();
            collection.CompleteAsync().GetAwaiter().GetResult();
            SqliteConnection.ClearAllPools();
        });

    private static ImageRecord Record(int number) => new()
    {
        Path = $"image{number}.jpg",
        Width = 10 + number,
        Height = 20 + number,
        Label = number % 2 == 0 ? "even" : "odd",
        Vector = Vector(number),
    };

    private static float[] Vector(int number) => [MathF.Sin(number), MathF.Cos(number), MathF.Sin(2 * number), 0.5f];

    private static string? Search(string file)
    {
        using var collection = new SqliteImageCollection(file) { Threads = 1, GraphOptions = new GraphOptions() };
        _ = collection.Description;
        _ = collection.CountAsync().GetAwaiter().GetResult();
        return Find(collection).GetAwaiter().GetResult() < 0 ? "" : null;
    }

    private static async Task<int> Find(SqliteImageCollection collection)
    {
        int found = 0;
        await foreach (var result in collection.SearchAsync(new ReadOnlyMemory<float>(Vector(3)), 5))
        {
            found += result.Record.Path.Length;
        }

        return found;
    }
}

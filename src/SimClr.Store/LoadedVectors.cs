using System.Globalization;
using System.Runtime.InteropServices;
using SimClr.Internals;
using SimClr.Search;

namespace SimClr.Store;

/// <summary>The vectors of an index in memory, from one version of the file.</summary>
/// <param name="Version">The version of the file.</param>
/// <param name="Index">The vectors, in the order of their IDs.</param>
/// <param name="Ids">The ID of each vector.</param>
internal sealed record LoadedVectors(long Version, VectorIndex Index, List<long> Ids)
{
    /// <summary>Reads the vectors, and the graph if it belongs to them. Call this within a transaction.</summary>
    /// <exception cref="DataException">
    /// The number of vectors differs from the number written, or some have no image.
    /// </exception>
    public static LoadedVectors Read(IndexFile file, int dimension, long version, GraphOptions options, int threads)
    {
        long rows = file.Rows ?? file.Command("SELECT count(*) FROM vectors").Number();
        int room = (int)Math.Min(rows, MaxRowsOf(file, dimension));
        var index = new VectorIndex(dimension, room) { Threads = threads };
        try
        {
            var vectors = new LoadedVectors(version, index, Fill(index, file, dimension, rows, room));
            vectors.ReadGraph(file, options);
            return vectors;
        }
        catch
        {
            index.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Adds the vectors that were written since. Call this within a transaction, and do not use this object afterwards.
    /// </summary>
    /// <returns>The vectors of the version; null if other rows changed too, and all must be read again.</returns>
    public LoadedVectors? TryExtend(IndexFile file, int dimension, long version)
    {
        long last = Ids.Count == 0 ? 0 : Ids[^1];
        (long rows, long named) = file
            .Command("SELECT count(*), count(path) FROM images WHERE id <= $last", null, ("$last", last))
            .Rows(row => (row.GetInt64(0), row.GetInt64(1)))
            .Single();
        if (rows != Ids.Count || named != Ids.Count - Index.Removed)
        {
            return null;
        }

        (long added, long addedNamed) = Append(Index, Ids, file, dimension, last);
        return Ids.Count == file.Rows && rows + added == file.Rows && named + addedNamed == file.Images
            ? this with { Version = version }
            : null;
    }

    /// <summary>Returns the values of a blob.</summary>
    /// <exception cref="DataException">The length of the blob does not match the dimension.</exception>
    public static ReadOnlyMemory<float> Floats(byte[] blob, int dimension, string path)
        => blob.Length == dimension * sizeof(float)
            ? MemoryMarshal.Cast<byte, float>(blob).ToArray()
            : throw new DataException(
                $"{path}: a vector has {blob.Length} bytes, expected {dimension * sizeof(float)}; it "
                    + "is damaged: create it again");

    /// <summary>
    /// Returns the stamp that identifies the vectors that a graph was built for. IDs are never reused, vectors never
    /// change, and none is deleted while there is a graph, so the count and the last ID suffice.
    /// </summary>
    public string Stamp(GraphOptions options) => StampOf(options, Ids.Count, Ids.Count == 0 ? 0 : Ids[^1]);

    private static List<long> Fill(VectorIndex index, IndexFile file, int dimension, long rows, int room)
    {
        var ids = new List<long>(room);
        (long pairs, long named) = Append(index, ids, file, dimension, after: long.MinValue);
        return ids.Count == rows && pairs == rows && named == file.Images
            ? ids
            : throw new DataException(
                $"{file.Path} is damaged: it has {ids.Count} vectors, of which {pairs} have an image row and {named} a "
                    + $"path, expected {rows} rows and {file.Images} paths; copy it again, or create it again");
    }

    // Returns how many of the vectors have an image row, and how many of these a path.
    private static (long Pairs, long Named) Append(
        VectorIndex index, List<long> ids, IndexFile file, int dimension, long after)
    {
        long named = 0;
        long pairs = 0;
        IEnumerable<(long Id, bool HasImage, string? Path, byte[] Vector)> stored = file
            .Command(
                "SELECT v.id, i.id IS NOT NULL, i.path, v.vector FROM vectors v LEFT JOIN images i "
                    + "ON i.id = v.id WHERE v.id > $after ORDER BY v.id",
                null,
                ("$after", after))
            .Rows(row => (
                row.GetInt64(0),
                row.GetBoolean(1),
                row.IsDBNull(2) ? null : row.GetString(2),
                row.GetFieldValue<byte[]>(3)));
        foreach ((long id, bool hasImage, string? path, byte[] vector) in stored)
        {
            pairs += hasImage ? 1 : 0;
            named += path is null ? 0 : 1;
            ReadOnlyMemory<float> numbers = Floats(vector, dimension, file.Path);
            if (path is not null)
            {
                ImageCollection.RequireDirection(numbers.Span, file.Path, path);
            }

            int at = index.Add(numbers.Span);
            ids.Add(id);
            if (path is null)
            {
                index.Remove(at);
            }
        }

        return (pairs, named);
    }

    private static long MaxRowsOf(IndexFile file, int dimension)
        => FileSize.Get(file.Path) / (dimension * sizeof(float));

    private static string StampOf(GraphOptions options, int rows, long last)
        => string.Create(
            CultureInfo.InvariantCulture, $"{options.Links} {options.BuildWidth} {options.Seed} {rows} {last}");

    // A graph of the first vectors is also read, to be extended. It is not used until it contains all vectors.
    private void ReadGraph(IndexFile file, GraphOptions options)
    {
        if (file.Meta("graph")?.Split(' ') is not { Length: > 1 } words
            || !int.TryParse(words[^2], CultureInfo.InvariantCulture, out int rows)
            || rows > Ids.Count || rows == 0 || string.Join(' ', words) != StampOf(options, rows, Ids[rows - 1]))
        {
            return;
        }

        try
        {
            using Stream stream = GraphParts.Reader(file.Connection);
            Index.ReadGraph(stream, options, rows);
        }
        catch (Exception error) when (error is EndOfStreamException or InvalidDataException)
        {
            // The graph is damaged: searches are exact, and the next 'add' rebuilds it.
        }
    }
}

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.VectorData;
using SimClr.Diagnostics;
using SimClr.Embeddings;
using SimClr.Internals;
using SimClr.Search;

namespace SimClr.Store;

/// <summary>
/// An index in one SQLite file. Each call of <c>UpsertAsync</c> is one transaction. If the process is killed at any
/// moment, the file remains valid and contains everything committed before. Vectors are read into memory at the first
/// search. Any number of threads may use an instance at once: a search sees the state of the file between two changes,
/// and changes wait for each other. The first search after a change reads the new vectors, or, if images were removed
/// or replaced, all of them. Several processes may read the file while none writes.
/// </summary>
public sealed class SqliteImageCollection : ImageCollection
{
    private const int RowsAtOnce = 1024;

    private readonly string path;
    private readonly IndexDescription? given;

    // Taken in this order: searches share the vectors in memory, and everything that uses the connection takes turns.
    private readonly ReaderWriterLockSlim vectors = new();
    private readonly Lock gate = new();
    private IndexFile? file;
    private IndexDescription? description;
    private LoadedVectors? loaded;
    private long written;

    /// <summary>Creates a reference to a file without opening it.</summary>
    /// <param name="path">The path of the file.</param>
    /// <param name="description">
    /// The description that <c>EnsureCollectionExistsAsync</c> writes if there is no file.
    /// </param>
    public SqliteImageCollection(string path, IndexDescription? description = null)
        : this(path, path, description)
    {
    }

    internal SqliteImageCollection(string path, string name, IndexDescription? description)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        this.path = path;
        Name = name;
        given = description;
    }

    /// <inheritdoc/>
    public override string Name { get; }

    /// <summary>
    /// The size (images × dimension) at and above which a graph is built. Below it, comparing with all vectors is as
    /// fast. Default: 25,600,000, which is 200,000 images of dimension 128, or 50,000 of dimension 512.
    /// </summary>
    public long GraphFrom { get; init; } = 25_600_000;

    /// <summary>The options for building the graph.</summary>
    public GraphOptions GraphOptions { get; init; } = new();

    /// <summary>The number of threads for searching and building. Default: one per core.</summary>
    public int Threads { get; init; } = ComputeEnvironment.Cores;

    /// <inheritdoc/>
    public override IndexDescription Description
    {
        get
        {
            lock (gate)
            {
                return description ??= ReadDescription();
            }
        }
    }

    /// <inheritdoc/>
    public override bool IsExact => Exact || !WithVectors(now => now.Index.UsesGraph);

    /// <summary>
    /// The fraction of the ten nearest neighbors that the graph finds, measured when it was built; null without a
    /// graph.
    /// </summary>
    public double? GraphRecall
        => WithVectors(now => now.Index is { HasGraph: true } index ? (double?)index.GraphRecall : null);

    /// <inheritdoc/>
    protected override string SystemName => "sqlite";

    // Only while holding the gate.
    private IndexFile Opened => file ??= IndexFile.Open(path);

    /// <summary>Returns whether a file begins like an index. Opening it checks that it is valid and complete.</summary>
    public static bool IsIndex(string path)
    {
        if (!File.Exists(path) || RegularFile.SpecialKind(path) is not null)
        {
            return false;
        }

        byte[] start = new byte[16];
        using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        return stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length
            && start.AsSpan().SequenceEqual("SQLite format 3\0"u8);
    }

    /// <inheritdoc/>
    public override Task<bool> CollectionExistsAsync(CancellationToken cancellationToken = default)
        => Task.FromResult(File.Exists(path));

    /// <inheritdoc/>
    public override Task EnsureCollectionExistsAsync(CancellationToken cancellationToken = default)
    {
        lock (gate)
        {
            if (!File.Exists(path))
            {
                IndexFile.Create(path, given ?? throw new ConfigurationException(
                    $"{path} does not exist; an IndexDescription is needed to create it"));
            }
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override Task EnsureCollectionDeletedAsync(CancellationToken cancellationToken = default)
    {
        Close(thenDelete: true);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override Task<long> CountAsync(CancellationToken cancellationToken = default)
        => Task.FromResult(InFile(() => Opened.Images));

    /// <inheritdoc/>
    public override Task<IReadOnlySet<string>> GetExistingPathsAsync(
        IEnumerable<string> paths, CancellationToken cancellationToken = default)
        => Task.FromResult<IReadOnlySet<string>>(
            InFile(() => paths.Where(key => IdOf(key, null) is not null).ToHashSet()));

    /// <inheritdoc/>
    public override Task<ImageRecord?> GetAsync(
        string key, RecordRetrievalOptions? options = null, CancellationToken cancellationToken = default)
        => Task.FromResult(InFile(
            () => Select("i.path = $path", options?.IncludeVectors ?? false, ("$path", key)).FirstOrDefault()));

    /// <inheritdoc/>
    public override Task UpsertAsync(IEnumerable<ImageRecord> records, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(records);
        ImageRecord[] all = [.. records];
        foreach (ImageRecord record in all)
        {
            RequireVector(record.Vector, record.Path);
        }

        Write(transaction =>
        {
            bool hasGraph = HasStoredGraph();
            foreach (ImageRecord record in all)
            {
                cancellationToken.ThrowIfCancellationRequested();
                Remove(record.Path, hasGraph, transaction);
                Insert(record, transaction);
            }
        });
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override Task DeleteAsync(IEnumerable<string> keys, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(keys);
        Write(transaction =>
        {
            bool hasGraph = HasStoredGraph();
            foreach (string key in keys)
            {
                Remove(key, hasGraph, transaction);
            }
        });
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override Task CompleteAsync(IProgress<int>? progress = null, CancellationToken cancellationToken = default)
    {
        Exclusively(() => InFile(() =>
        {
            long images = Opened.Images;
            if (HasStoredGraph()
                && (images * Description.Dimension < GraphFrom || 4 * Load().Index.Removed > Load().Index.Count))
            {
                DropGraph();
            }

            if (images * Description.Dimension >= GraphFrom && !Load().Index.HasGraph)
            {
                Load().Index.BuildGraph(GraphOptions, progress, cancellationToken);
                StoreGraph(Load());
            }

            return true;
        }));
        return Task.CompletedTask;
    }

    /// <summary>Returns all images with their vectors, in the order in which they were added.</summary>
    /// <exception cref="DataException">There are no images, or the file cannot be read.</exception>
    public EmbeddingTable ReadTable() => InFile(() =>
    {
        int dimension = Description.Dimension;   // The first read checks that the file is complete.
        using SqliteTransaction transaction = Opened.Connection.BeginTransaction(deferred: true);
        ImageRecord[] records = [.. Select("i.path IS NOT NULL", includeVectors: true)];
        if (records.Length != Opened.Images)
        {
            throw new DataException(
                $"{path} is damaged: it has {records.Length} images and {Opened.Images} paths, expected the same "
                    + "number of each; copy it again, or create it again");
        }

        if (records.Length == 0)
        {
            throw new DataException($"{path} holds no images; ImageCollection.UpsertAsync({path}) adds some");
        }

        float[] values = new float[(long)records.Length * dimension];
        for (int row = 0; row < records.Length; row++)
        {
            records[row].Vector.CopyTo(values.AsMemory(row * dimension));
        }

        bool sized = records.All(record => record is { Width: not null, Height: not null });
        return EmbeddingTable.WithClasses(
            values,
            dimension,
            [.. records.Select(record => record.Path)],
            [.. records.Select(record => record.Label)],
            names => [.. names.Distinct().Order(StringComparer.Ordinal)],
            sized ? [.. records.Select(record => record.Width!.Value)] : null,
            sized ? [.. records.Select(record => record.Height!.Value)] : null);
    });

    /// <inheritdoc/>
    protected override async IAsyncEnumerable<ImageRecord> AllAsync(
        bool includeVectors, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        long last = 0;
        while (true)
        {
            // Not in one statement, which the caller could keep open for any time.
            (long Id, ImageRecord Record)[] some = InFile(() => SelectWithIds(
                "i.path IS NOT NULL AND i.id > $last",
                includeVectors,
                RowsAtOnce,
                ("$last", last)).ToArray());
            foreach ((long id, ImageRecord record) in some)
            {
                cancellationToken.ThrowIfCancellationRequested();
                last = id;
                yield return record;
            }

            if (some.Length < RowsAtOnce)
            {
                yield break;
            }
        }
    }

    /// <inheritdoc/>
    protected override Task<IReadOnlyList<(ImageRecord Record, double Score)>> FindAsync(
        ReadOnlyMemory<float> query, int count, bool includeVectors, CancellationToken cancellationToken)
    {
        // Rows that were removed after the vectors were read are missing; the next attempt reads the vectors again. The
        // last one lets nobody else write.
        (ImageRecord, double)[]? found = WithVectors(Find);
        while (found is null)
        {
            cancellationToken.ThrowIfCancellationRequested();
            found = Exclusively(() => InFile(() => Find(Load())));
        }

        return Task.FromResult<IReadOnlyList<(ImageRecord, double)>>(found);

        (ImageRecord, double)[]? Find(LoadedVectors from)
        {
            IReadOnlyList<Neighbor> neighbors = from.Index.Find(query.Span, count, Exact);
            return InFile(() =>
            {
                var records = new (ImageRecord, double)[neighbors.Count];
                for (int i = 0; i < records.Length; i++)
                {
                    ImageRecord? record = Select(
                        "i.path IS NOT NULL AND i.id = $id", includeVectors, ("$id", from.Ids[neighbors[i].Row]))
                        .SingleOrDefault();
                    if (record is null)
                    {
                        return null;
                    }

                    records[i] = (record, neighbors[i].Similarity);
                }

                return records;
            });
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        Close(thenDelete: false);
        base.Dispose(disposing);
    }

    private void Close(bool thenDelete) => Exclusively(() =>
    {
        lock (gate)
        {
            loaded?.Index.Dispose();
            file?.Dispose();
            (loaded, file, description) = (null, null, null);
            if (thenDelete)
            {
                File.Delete(path);
            }

            return true;
        }
    });

    private T InFile<T>(Func<T> action)
    {
        lock (gate)
        {
            return Opened.TranslateErrors(action);
        }
    }

    // With the vectors of the file's current version, together with other searches.
    private T WithVectors<T>(Func<LoadedVectors, T> use)
    {
        vectors.EnterReadLock();
        try
        {
            if (loaded is { } now && InFile(VersionNow) == now.Version)
            {
                return use(now);
            }
        }
        finally
        {
            vectors.ExitReadLock();
        }

        return Exclusively(() => use(Load()));
    }

    // While no search uses the vectors, so that they may be replaced.
    private T Exclusively<T>(Func<T> use)
    {
        vectors.EnterWriteLock();
        try
        {
            return use();
        }
        finally
        {
            vectors.ExitWriteLock();
        }
    }

    private IndexDescription ReadDescription() => InFile(() =>
    {
        Opened.RequireComplete();
        return Opened.Meta("dimension") is { } text
            && int.TryParse(text, out int dimension)
            && dimension is > 0 and <= VectorIndex.MaxDimension
            ? new IndexDescription(dimension, Opened.Meta("encoder"), Opened.Meta("run"))
            : throw new DataException(
                $"{path}: the dimension of its vectors is missing; it is damaged: create it again");
    });

    private void Write(Action<SqliteTransaction> write) => InFile(() =>
    {
        using SqliteTransaction transaction = Opened.Connection.BeginTransaction();
        long? before = Opened.Rows;
        written = 0;
        write(transaction);
        long version = VersionNow() + 1;
        Opened.SetMeta(transaction, "version", version);
        Opened.SetRows(
            transaction, version, before + written ?? Opened.Command("SELECT count(*) FROM images").Number());
        transaction.Commit();
        return true;
    });

    private long VersionNow()
        => long.Parse(Opened.Meta("version") ?? "0", System.Globalization.CultureInfo.InvariantCulture);

    private long? IdOf(string path, SqliteTransaction? transaction)
        => (long?)Opened.Command("SELECT id FROM images WHERE path = $path", transaction, ("$path", path))
            .Scalar<object>();

    // A graph also traverses removed vectors, so they are kept as long as it exists.
    private void Remove(string path, bool hasGraph, SqliteTransaction transaction)
    {
        if (IdOf(path, transaction) is not { } id)
        {
            return;
        }

        if (hasGraph)
        {
            Opened.Command("UPDATE images SET path = NULL WHERE id = $id", transaction, ("$id", id)).Run();
            return;
        }

        Opened.Command("DELETE FROM images WHERE id = $id", transaction, ("$id", id)).Run();
        Opened.Command("DELETE FROM vectors WHERE id = $id", transaction, ("$id", id)).Run();
        written--;
    }

    private void Insert(ImageRecord record, SqliteTransaction transaction)
    {
        Opened.Command(
            "INSERT INTO images(path, width, height, label) VALUES ($path, $width, $height, $label)",
            transaction,
            ("$path", record.Path),
            ("$width", record.Width),
            ("$height", record.Height),
            ("$label", record.Label)).Run();
        Opened.Command(
            "INSERT INTO vectors(id, vector) VALUES (last_insert_rowid(), $vector)",
            transaction,
            ("$vector", MemoryMarshal.AsBytes(record.Vector.Span).ToArray())).Run();
        written++;
    }

    private IEnumerable<ImageRecord> Select(
        string condition, bool includeVectors, params ReadOnlySpan<(string, object?)> parameters)
        => SelectWithIds(condition, includeVectors, -1, parameters).Select(row => row.Record);

    // In the order in which they were added; up to a number of rows, or all for a negative one.
    private IEnumerable<(long Id, ImageRecord Record)> SelectWithIds(
        string condition, bool includeVectors, int limit, params ReadOnlySpan<(string, object?)> parameters)
        => Opened.Command(
            includeVectors
                ? "SELECT i.path, i.width, i.height, i.label, i.id, v.vector FROM images i LEFT JOIN vectors v ON v.id "
                    + $"= i.id WHERE {condition} ORDER BY i.id LIMIT {limit}"
                : "SELECT i.path, i.width, i.height, i.label, i.id FROM images i "
                    + $"WHERE {condition} ORDER BY i.id LIMIT {limit}",
            null,
            parameters).Rows(row => (row.GetInt64(4), new ImageRecord
            {
                Path = row.GetString(0),
                Width = row.IsDBNull(1) ? null : row.GetInt32(1),
                Height = row.IsDBNull(2) ? null : row.GetInt32(2),
                Label = row.IsDBNull(3) ? null : row.GetString(3),
                Vector = includeVectors ? LoadedVectors.Floats(
                    row.IsDBNull(5) ? [] : row.GetFieldValue<byte[]>(5), Description.Dimension, path) : default,
            }));

    // Only while nobody else uses the vectors in memory.
    private LoadedVectors Load()
    {
        lock (gate)
        {
            int dimension = Description.Dimension;
            return loaded = Opened.TranslateErrors(() =>
            {
                // The transaction ensures that the count and the vectors are of one version, even if another process
                // writes meanwhile.
                using SqliteTransaction transaction = Opened.Connection.BeginTransaction(deferred: true);
                long version = VersionNow();
                if (loaded is { } before && before.Version == version)
                {
                    return before;
                }

                (LoadedVectors? earlier, loaded) = (loaded, null);
                try
                {
                    if (earlier?.TryExtend(Opened, dimension, version) is { } extended)
                    {
                        earlier = null;
                        return extended;
                    }
                }
                finally
                {
                    earlier?.Index.Dispose();
                }

                return LoadedVectors.Read(Opened, dimension, version, GraphOptions, Threads);
            });
        }
    }

    private bool HasStoredGraph() => Opened.Meta("graph") is not null;

    /// <summary>
    /// Deletes the graph. Nothing else needs the removed vectors, so they are deleted too, and the memory of the loaded
    /// vectors is released.
    /// </summary>
    private void DropGraph() => Write(transaction =>
    {
        Opened.Command("DELETE FROM graph; DELETE FROM meta WHERE key = 'graph'", transaction).Run();
        written -= Opened.Command("SELECT count(*) FROM images WHERE path IS NULL", transaction).Number();
        Opened.Command(
            "DELETE FROM vectors WHERE id IN (SELECT id FROM images WHERE path IS NULL); "
                + "DELETE FROM images WHERE path IS NULL",
            transaction).Run();
    });

    private void StoreGraph(LoadedVectors vectors)
    {
        using SqliteTransaction transaction = Opened.Connection.BeginTransaction();
        if (VersionNow() != vectors.Version)
        {
            throw new DataException(
                $"{path} was changed by another process while its graph was built; "
                    + "run ImageCollection.CompleteAsync again");
        }

        Opened.Command("DELETE FROM graph", transaction).Run();
        using (Stream stream = GraphParts.Writer(Opened.Connection, transaction))
        {
            vectors.Index.WriteGraph(stream);
        }

        Opened.SetMeta(transaction, "graph", vectors.Stamp(GraphOptions));
        transaction.Commit();
    }
}

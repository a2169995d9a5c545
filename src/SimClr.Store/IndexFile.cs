using System.Buffers.Binary;
using System.Globalization;
using Microsoft.Data.Sqlite;
using SimClr.Internals;

namespace SimClr.Store;

/// <summary>
/// The SQLite file of an index. It uses a rollback journal, so that the index is a single file whenever nothing writes
/// to it, and the incomplete work of a killed process is undone when the file is next opened. Tables: <c>meta</c> (key,
/// value), <c>images</c> (id, path, width, height, label; an image that was removed while the graph still contains its
/// vector has no path), <c>vectors</c> (id, float32), <c>graph</c> (part, data). IDs are never reused, and vectors
/// never change.
/// </summary>
internal sealed class IndexFile : IDisposable
{
    private const int ApplicationId = 0x53436C52;   // "SClR"
    private const int Version = 1;
    private const int WaitSeconds = 30;
    private const string RowsKey = "rows";

    private const string Schema =
        "CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;\n"
        + "CREATE TABLE images(id INTEGER PRIMARY KEY AUTOINCREMENT, path TEXT UNIQUE, "
        + "width INTEGER, height INTEGER, label TEXT);\n"
        + "CREATE TABLE vectors(id INTEGER PRIMARY KEY, vector BLOB NOT NULL);\n"
        + "CREATE TABLE graph(part INTEGER PRIMARY KEY, data BLOB NOT NULL);";

    private IndexFile(string path, SqliteConnection connection) => (Path, Connection) = (path, connection);

    public string Path { get; }

    public SqliteConnection Connection { get; }

    /// <summary>Creates an empty index, completely or not at all.</summary>
    /// <exception cref="ConfigurationException">The file exists or cannot be written.</exception>
    public static void Create(string path, IndexDescription description)
    {
        string full = System.IO.Path.GetFullPath(path);
        if (File.Exists(full) || Directory.Exists(full))
        {
            throw new ConfigurationException(
                $"{path} already exists; add to it with ImageCollection.UpsertAsync({path}), remove "
                    + "it, or choose another file");
        }

        string temporary = AtomicFile.TemporaryOf(full);
        AtomicFile.RemoveRemnants(full);
        try
        {
            // Checked first, because SQLite does not say why it could not create a file in a folder.
            AtomicFile.Open(temporary, FileMode.Create, FileAccess.Write, 0).Dispose();
            TranslateErrors(path, () =>
            {
                using (SqliteConnection connection = Connect(temporary, SqliteOpenMode.ReadWriteCreate))
                {
                    Run(connection, $"PRAGMA application_id={ApplicationId}; PRAGMA user_version={Version}; {Schema}");
                    Describe(connection, description);
                }

                File.Move(temporary, full);
                return true;
            });
        }
        catch (Exception error) when (error is DataException or IOException)
        {
            if (File.Exists(temporary))
            {
                File.Delete(temporary);
            }

            throw new ConfigurationException($"{path} cannot be written: {error.Message}", error);
        }
    }

    /// <summary>Opens an index and checks that it is valid and complete.</summary>
    /// <exception cref="DataException">The file is not a valid, complete index.</exception>
    public static IndexFile Open(string path)
    {
        if (!File.Exists(path))
        {
            throw new DataException(
                $"there is no index {path} (looked for {System.IO.Path.GetFullPath(path)}); "
                    + $"SqliteImageCollection.EnsureCollectionExistsAsync({path}) creates one");
        }

        if (RegularFile.SpecialKind(path) is { } kind)
        {
            throw new DataException(
                $"{path} is {kind} rather than a file; expected an index created by "
                    + "ImageCollection.EnsureCollectionExistsAsync");
        }

        if (FileSize.Get(path) == 0)
        {
            throw new DataException(
                $"{path} is empty, expected an index created by ImageCollection.EnsureCollectionExistsAsync; "
                    + "remove it and create it again");
        }

        return TranslateErrors(path, () =>
        {
            SqliteConnection connection = Connect(path, SqliteOpenMode.ReadWrite);
            try
            {
                Check(connection, path);
                return new IndexFile(path, connection);
            }
            catch
            {
                connection.Dispose();
                throw;
            }
        });
    }

    /// <summary>
    /// Runs an action on the file, and translates SQLite's errors into errors that a user can act on.
    /// </summary>
    public T TranslateErrors<T>(Func<T> action) => TranslateErrors(Path, action);

    /// <summary>
    /// The number of rows that images and vectors each have, according to the last writer. Null if that was a program
    /// that does not count rows, or if the count belongs to a different version of the file.
    /// </summary>
    public long? Rows => Meta(RowsKey)?.Split(' ') is [var version, var rows] && version == (Meta("version") ?? "0")
        && long.TryParse(rows, NumberStyles.None, CultureInfo.InvariantCulture, out long count) ? count : null;

    /// <summary>The number of images, without removed ones, counted by their paths.</summary>
    public long Images => Command("SELECT count(path) FROM images").Number();

    /// <summary>Stores the number of rows in a version of the file.</summary>
    public void SetRows(SqliteTransaction transaction, long version, long rows)
        => SetMeta(transaction, RowsKey, string.Create(CultureInfo.InvariantCulture, $"{version} {rows}"));

    /// <summary>
    /// Checks that each image has its vector and each vector its image. Damage that SQLite does not detect, such as a
    /// page of zeros, loses rows of one of the tables. Reads all images, but the vectors only if their number is
    /// unknown; otherwise they are checked when they are read.
    /// </summary>
    /// <exception cref="DataException">Rows are missing.</exception>
    public void RequireComplete()
    {
        // The transaction prevents writes between the counts.
        using SqliteTransaction transaction = Connection.BeginTransaction(deferred: true);
        long images = Command("SELECT count(*) FROM images NOT INDEXED").Number();
        long paths = Images + Command("SELECT count(*) FROM images WHERE path IS NULL").Number();

        // One pass over the vectors, in the order of the ids on both sides.
        (long vectors, long pairs) = Rows is { } known ? (known, known) : Command(
            "SELECT count(*), count(CASE typeof(v.vector) WHEN 'blob' THEN i.id END) FROM vectors v LEFT JOIN images i "
                + "NOT INDEXED ON i.id = v.id")
            .Rows(row => (row.GetInt64(0), row.GetInt64(1))).Single();
        if (images != vectors || pairs != images || paths != images)
        {
            throw new DataException(
                $"{Path} is damaged: it has {images} images ({paths} by their paths) and {vectors} vectors, of which "
                    + $"{pairs} match, expected the same number of each; copy it again, or create it again");
        }

        // Only images that were removed while there is a graph have no path.
        long nameless = Meta("graph") is null ? Command("SELECT count(*) FROM images WHERE path IS NULL").Number() : 0;
        if (nameless > 0)
        {
            throw new DataException(
                $"{Path} is damaged: {nameless} of {images} images have no path; copy it again, or create it again");
        }
    }

    public string? Meta(string key)
        => Command("SELECT value FROM meta WHERE key = $key", null, ("$key", key)).Scalar<string>();

    public void SetMeta(SqliteTransaction transaction, string key, object value)
        => Command(
            "INSERT OR REPLACE INTO meta(key, value) VALUES ($key, $value)",
            transaction,
            ("$key", key),
            ("$value", Convert.ToString(value, CultureInfo.InvariantCulture)!)).Run();

    /// <summary>Returns a statement with its parameters.</summary>
    public Statement Command(
        string text,
        SqliteTransaction? transaction = null,
        params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        SqliteCommand command = Connection.CreateCommand();
        command.CommandText = text;
        command.Transaction = transaction ?? command.Transaction;   // Reads within a transaction must use it.
        foreach ((string name, object? value) in parameters)
        {
            command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        }

        return new Statement(command);
    }

    public void Dispose() => Connection.Dispose();

    private static SqliteConnection Connect(string path, SqliteOpenMode mode)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Mode = mode,
            Pooling = false,
            DefaultTimeout = WaitSeconds,
        }.ToString());
        try
        {
            connection.Open();
            Run(connection, "PRAGMA journal_mode=DELETE; PRAGMA synchronous=FULL; PRAGMA cache_size=-16384;");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private static void Check(SqliteConnection connection, string path)
    {
        // The transaction prevents writes during the check. The incomplete work of a killed process has already been
        // undone.
        using SqliteTransaction transaction = connection.BeginTransaction(deferred: true);
        long Pragma(string name) => (long)new Statement(connection, $"PRAGMA {name}", transaction).Scalar<object>()!;
        if (Pragma("application_id") != ApplicationId)
        {
            throw new DataException(
                $"{path} is an SQLite database but not an index of images; "
                    + "expected a file created by ImageCollection.EnsureCollectionExistsAsync");
        }

        if (Pragma("user_version") != Version)
        {
            throw new DataException(
                $"{path} is an index of version {Pragma("user_version")}, expected {Version}; it was created by "
                    + "another version of simclr: use that version, or create the index again");
        }

        // A view in place of a table could run forever.
        long others = (long)new Statement(
            connection,
            "SELECT count(*) FROM sqlite_master WHERE type NOT IN ('table', 'index') OR sql LIKE 'CREATE VIRTUAL%'",
            transaction).Scalar<object>()!;
        if (others > 0)
        {
            throw new DataException(
                $"{path} holds {others} view(s), trigger(s) or virtual table(s), but an index of images has none; "
                    + "it was tampered with: create it again");
        }

        if (FileSize.Get(path) < SizeByHeader(path))
        {
            throw new DataException(
                $"{path} is truncated: it has {FileSize.Get(path)} bytes, expected {SizeByHeader(path)}; copy "
                    + "it again, or create it again");
        }
    }

    // The page size and the page count at the last write, both in the first hundred bytes.
    private static long SizeByHeader(string path)
    {
        Span<byte> header = stackalloc byte[32];
        RegularFile.Require(path);
        using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        stream.ReadExactly(header);
        int page = BinaryPrimitives.ReadUInt16BigEndian(header[16..]);
        return (page == 1 ? 65536L : page) * BinaryPrimitives.ReadUInt32BigEndian(header[28..]);
    }

    private static void Describe(SqliteConnection connection, IndexDescription description)
    {
        var file = new IndexFile("", connection);
        using SqliteTransaction transaction = connection.BeginTransaction();
        file.SetMeta(transaction, "dimension", description.Dimension);
        file.SetMeta(transaction, "metric", IndexDescription.Metric);
        file.SetMeta(transaction, "version", 0);
        file.SetRows(transaction, version: 0, rows: 0);
        if (description.Encoder is not null)
        {
            file.SetMeta(transaction, "encoder", description.Encoder);
        }

        if (description.Run is not null)
        {
            file.SetMeta(transaction, "run", description.Run);
        }

        transaction.Commit();
    }

    private static void Run(SqliteConnection connection, string text) => new Statement(connection, text).Run();

    private static T TranslateErrors<T>(string path, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (SqliteException error)
        {
            throw new DataException($"{path}: {Reason(error)}", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"{path} cannot be used: {error.Message}", error);
        }
        catch (Exception error) when (error is InvalidCastException or FormatException or OverflowException
            || (error is InvalidOperationException and not ObjectDisposedException))
        {
            // A cell has a type that was never written.
            throw new DataException($"{path} is damaged: {error.Message} Copy it again, or create it again", error);
        }
    }

    private static string Reason(SqliteException error) => error.SqliteErrorCode switch
    {
        26 => "it is not an index (not an SQLite database); expected a file created by "
            + "ImageCollection.EnsureCollectionExistsAsync",
        11 => "it is damaged, partly written or truncated; copy it again, or create it again",
        5 or 6 => $"another process is writing to it and did not finish within {WaitSeconds} seconds; try again",
        8 => "it cannot be written (a read-only file or folder)",
        13 => "the disk is full; what was added before is kept",
        14 => "it cannot be opened; check the permissions to read the file and write to the folder",
        _ => $"SQLite says: {error.Message}",
    };
}

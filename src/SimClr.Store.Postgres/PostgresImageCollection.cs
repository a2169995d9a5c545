using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Microsoft.Extensions.VectorData;
using Npgsql;
using Pgvector;
using SimClr.Internals;
using SimClr.Search;

namespace SimClr.Store.Postgres;

/// <summary>
/// An index in PostgreSQL: one table per index, and one that lists all indexes. If the server has pgvector, vectors are
/// of its type and searched with its HNSW index (up to dimension 2,000; above, exactly). Otherwise they are arrays of
/// float4, and SQL compares the query with each of them, which is exact, and slow beyond tens of thousands of images.
/// </summary>
public sealed partial class PostgresImageCollection : ImageCollection
{
    private const int MaxIndexedDimension = 2000;
    private const int SearchWidth = 200;
    private const string Register = "simclr_indexes";

    private readonly NpgsqlDataSource source;
    private readonly string server;
    private readonly IndexDescription? given;
    private readonly bool allowPgvector;
    private (IndexDescription Description, bool Pgvector)? known;

    /// <summary>Creates a reference to an index without connecting.</summary>
    /// <param name="connection">The connection string of Npgsql: <c>Host=…;Database=…;Username=…</c>.</param>
    /// <param name="name">
    /// The name of the index: up to 40 lower-case letters, digits and underscores. It becomes part of the table name.
    /// </param>
    /// <param name="description">
    /// The description that <c>EnsureCollectionExistsAsync</c> writes if there is no such index.
    /// </param>
    /// <param name="pgvector">Whether to use pgvector if the server has it.</param>
    /// <exception cref="ConfigurationException">The connection string or the name is not valid.</exception>
    public PostgresImageCollection(
        string connection, string name, IndexDescription? description = null, bool pgvector = true)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (!PlainName().IsMatch(name))
        {
            throw new ConfigurationException(
                $"got '{name}' for an index in PostgreSQL, expected up to 40 lower-case letters, "
                    + "digits and _, such as photos");
        }

        try
        {
            var settings = new NpgsqlConnectionStringBuilder(connection);
            server = $"{settings.Host}, database {settings.Database ?? settings.Username}";
            source = NpgsqlDataSource.Create(settings);
        }
        catch (Exception error) when (error is ArgumentException or FormatException)
        {
            throw new ConfigurationException(
                $"connectionString: the connection string cannot be used ({error.Message}); "
                    + "expected one such as \"Host=localhost;Database=photos;Username=me\"",
                error);
        }

        Name = name;
        given = description;
        allowPgvector = pgvector;
    }

    /// <inheritdoc/>
    public override string Name { get; }

    /// <inheritdoc/>
    public override IndexDescription Description => Known.Description;

    /// <summary>Whether vectors are of pgvector's type.</summary>
    public bool UsesPgvector => Known.Pgvector;

    /// <inheritdoc/>
    public override bool IsExact => Exact || !UsesPgvector || Description.Dimension > MaxIndexedDimension;

    /// <inheritdoc/>
    protected override string SystemName => "postgresql";

    private string Table => $"\"simclr_{Name}\"";

    private (IndexDescription Description, bool Pgvector) Known
        => known ??= Task.Run(ReadDescriptionAsync).GetAwaiter().GetResult();

    /// <inheritdoc/>
    public override Task<bool> CollectionExistsAsync(CancellationToken cancellationToken = default)
        => TranslateErrorsAsync(async () =>
        {
            if (await ScalarAsync($"SELECT to_regclass('{Register}')::text", [], cancellationToken)
                .ConfigureAwait(false) is not string)
            {
                return false;
            }

            return await ScalarAsync($"SELECT 1 FROM {Register} WHERE name = $1", [Name], cancellationToken)
                .ConfigureAwait(false) is not null;
        });

    /// <inheritdoc/>
    public override async Task EnsureCollectionExistsAsync(CancellationToken cancellationToken = default)
    {
        if (await CollectionExistsAsync(cancellationToken).ConfigureAwait(false))
        {
            return;
        }

        IndexDescription wanted = given ?? throw new ConfigurationException(
            $"there is no index '{Name}' at {server}; an IndexDescription is needed to create it");
        bool pgvector = allowPgvector && await HasPgvectorAsync(cancellationToken).ConfigureAwait(false);
        string column = pgvector ? $"vector({wanted.Dimension.ToString(CultureInfo.InvariantCulture)})" : "real[]";
        string index = pgvector && wanted.Dimension <= MaxIndexedDimension
            ? $"CREATE INDEX ON {Table} USING hnsw (unit vector_cosine_ops);"
            : "";
        await TranslateErrorsAsync(async () =>
        {
            NpgsqlConnection connection = await source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
            await using (connection.ConfigureAwait(false))
            {
                NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellationToken)
                    .ConfigureAwait(false);
                await using (transaction.ConfigureAwait(false))
                {
                    await RunAsync(
                        connection,
                        $"""
                        CREATE TABLE IF NOT EXISTS {Register}(
                            name text PRIMARY KEY, dimension int NOT NULL, pgvector bool NOT NULL,
                            encoder text, run text);
                        CREATE TABLE {Table}(
                            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, path text UNIQUE NOT NULL, width int,
                            height int, label text, vector real[] NOT NULL, unit {column} NOT NULL);
                        {index}
                        """,
                        [],
                        cancellationToken).ConfigureAwait(false);
                    await RunAsync(
                        connection,
                        $"INSERT INTO {Register}(name, dimension, pgvector, encoder, run) VALUES ($1, $2, $3, $4, $5)",
                        [Name, wanted.Dimension, pgvector, wanted.Encoder, wanted.Run],
                        cancellationToken).ConfigureAwait(false);
                    await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
                }
            }

            return true;
        }).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async Task EnsureCollectionDeletedAsync(CancellationToken cancellationToken = default)
    {
        if (await CollectionExistsAsync(cancellationToken).ConfigureAwait(false))
        {
            // A command without parameters is one transaction. The name consists of letters, digits and underscores.
            await ExecuteAsync(
                $"DELETE FROM {Register} WHERE name = '{Name}'; DROP TABLE {Table}",
                [],
                cancellationToken).ConfigureAwait(false);
        }

        known = null;
    }

    /// <inheritdoc/>
    public override async Task<long> CountAsync(CancellationToken cancellationToken = default)
    {
        _ = Description;
        return await TranslateErrorsAsync(async () => (long)(await ScalarAsync(
            $"SELECT count(*) FROM {Table}", [], cancellationToken).ConfigureAwait(false))!).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async Task<IReadOnlySet<string>> GetExistingPathsAsync(
        IEnumerable<string> paths, CancellationToken cancellationToken = default)
        => (await RowsAsync(
            $"SELECT path FROM {Table} WHERE path = ANY($1)",
            [paths.ToArray()],
            row => row.GetString(0),
            cancellationToken).ConfigureAwait(false)).ToHashSet();

    /// <inheritdoc/>
    public override async Task<ImageRecord?> GetAsync(
        string key, RecordRetrievalOptions? options = null, CancellationToken cancellationToken = default)
        => (await RowsAsync(
            $"SELECT {Columns(options?.IncludeVectors ?? false)} FROM {Table} WHERE path = $1",
            [key],
            ReadRecord,
            cancellationToken).ConfigureAwait(false)) is [ImageRecord record, ..]
                ? record
                : null;

    /// <inheritdoc/>
    public override async Task UpsertAsync(
        IEnumerable<ImageRecord> records, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(records);
        ImageRecord[] all = [.. records];
        foreach (ImageRecord record in all)
        {
            RequireVector(record.Vector, record.Path);
        }

        string unit = UsesPgvector ? "$6::vector" : "$6";
        await TranslateErrorsAsync(async () =>
        {
            NpgsqlConnection connection = await source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
            await using (connection.ConfigureAwait(false))
            {
                NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellationToken)
                    .ConfigureAwait(false);
                await using (transaction.ConfigureAwait(false))
                {
                    foreach (ImageRecord record in all)
                    {
                        await RunAsync(
                            connection,
                            $"INSERT INTO {Table}(path, width, height, label, vector, unit) VALUES ($1, $2, $3, $4, "
                                + $"$5, {unit}) ON CONFLICT (path) DO UPDATE SET width = $2, height = $3, label = $4, "
                                + "vector = $5, unit = EXCLUDED.unit",
                            [
                                record.Path, record.Width, record.Height, record.Label, record.Vector.ToArray(),
                                UnitOf(record.Vector),
                            ],
                            cancellationToken).ConfigureAwait(false);
                    }

                    await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
                }
            }

            return true;
        }).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override Task DeleteAsync(IEnumerable<string> keys, CancellationToken cancellationToken = default)
    {
        _ = Description;
        return ExecuteAsync($"DELETE FROM {Table} WHERE path = ANY($1)", [keys.ToArray()], cancellationToken);
    }

    /// <inheritdoc/>
    public override Task CompleteAsync(IProgress<int>? progress = null, CancellationToken cancellationToken = default)
        => ExecuteAsync($"ANALYZE {Table}", [], cancellationToken);   // The server keeps its index up to date.

    /// <inheritdoc/>
    protected override async IAsyncEnumerable<ImageRecord> AllAsync(
        bool includeVectors, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (ImageRecord record in await RowsAsync(
            $"SELECT {Columns(includeVectors)} FROM {Table} ORDER BY id", [], ReadRecord, cancellationToken)
            .ConfigureAwait(false))
        {
            yield return record;
        }
    }

    /// <inheritdoc/>
    protected override async Task<IReadOnlyList<(ImageRecord Record, double Score)>> FindAsync(
        ReadOnlyMemory<float> query, int count, bool includeVectors, CancellationToken cancellationToken)
    {
        using SearchTelemetry.Timing timing = SearchTelemetry.Start();
        string text = UsesPgvector
            ? $"SELECT {Columns(includeVectors)}, coalesce(nullif(1 - (unit <=> $1::vector), 'NaN'), 0) FROM {Table} "
                + "ORDER BY unit <=> $1::vector LIMIT $2"
            : $"SELECT {Columns(includeVectors)}, s.similarity FROM {Table} CROSS JOIN LATERAL (SELECT sum(a::float8 * "
                + "b) AS similarity FROM unnest(unit, $1) AS pair(a, b)) s ORDER BY s.similarity DESC, id LIMIT $2";
        return await RowsAsync(
            text,
            [UnitOf(query), count],
            row => (ReadRecord(row), row.GetDouble(includeVectors ? 5 : 4)),
            cancellationToken,
            UsesPgvector ? PgvectorSettings() : "").ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        source.Dispose();
        base.Dispose(disposing);
    }

    private static string Columns(bool includeVectors)
        => includeVectors ? "path, width, height, label, vector" : "path, width, height, label";

    private static ImageRecord ReadRecord(NpgsqlDataReader row) => new()
    {
        Path = row.GetString(0),
        Width = row.IsDBNull(1) ? null : row.GetInt32(1),
        Height = row.IsDBNull(2) ? null : row.GetInt32(2),
        Label = row.IsDBNull(3) ? null : row.GetString(3),
        Vector = row.FieldCount > 4 && row.GetName(4) == "vector" ? row.GetFieldValue<float[]>(4) : default,
    };

    /// <summary>
    /// Returns the vector divided by its length, in the form that this server takes: an array, or pgvector's text
    /// format.
    /// </summary>
    private object UnitOf(ReadOnlyMemory<float> vector)
    {
        float[] unit = new float[vector.Length];
        VectorIndex.Normalize(vector.Span, unit);
        return UsesPgvector ? new Vector(unit).ToString() : unit;
    }

    // For exact searches, the planner must not use the index. Otherwise, enough nodes are considered for a recall near
    // 1.
    private string PgvectorSettings() => Exact
        ? "SET LOCAL enable_indexscan = off;"
        : $"SET LOCAL hnsw.ef_search = {SearchWidth.ToString(CultureInfo.InvariantCulture)};";

    private async Task<bool> HasPgvectorAsync(CancellationToken cancellation)
    {
        if (await TranslateErrorsAsync(() => ScalarAsync(
            "SELECT 1 FROM pg_available_extensions WHERE name = 'vector'", [], cancellation))
            .ConfigureAwait(false) is null)
        {
            return false;
        }

        try
        {
            await ExecuteAsync("CREATE EXTENSION IF NOT EXISTS vector", [], cancellation).ConfigureAwait(false);
            return true;
        }
        catch (DataException)
        {
            return false;   // The extension is available, but this user may not enable it.
        }
    }

    private async Task<(IndexDescription, bool)> ReadDescriptionAsync()
    {
        if (!await CollectionExistsAsync().ConfigureAwait(false))
        {
            throw new DataException(
                $"there is no index '{Name}' at {server}; "
                    + $"PostgresImageCollection.EnsureCollectionExistsAsync({Name}) creates one");
        }

        return (await RowsAsync(
            $"SELECT dimension, encoder, run, pgvector FROM {Register} WHERE name = $1",
            [Name],
            row => (new IndexDescription(
                row.GetInt32(0),
                row.IsDBNull(1) ? null : row.GetString(1),
                row.IsDBNull(2) ? null : row.GetString(2)), row.GetBoolean(3)),
            CancellationToken.None).ConfigureAwait(false)).Single();
    }

    private Task<bool> ExecuteAsync(string text, object?[] parameters, CancellationToken cancellation)
        => TranslateErrorsAsync(async () =>
        {
            NpgsqlConnection connection = await source.OpenConnectionAsync(cancellation).ConfigureAwait(false);
            await using (connection.ConfigureAwait(false))
            {
                await RunAsync(connection, text, parameters, cancellation).ConfigureAwait(false);
            }

            return true;
        });

    private async Task<object?> ScalarAsync(string text, object?[] parameters, CancellationToken cancellation)
    {
        NpgsqlConnection connection = await source.OpenConnectionAsync(cancellation).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            NpgsqlCommand command = Command(connection, text, parameters);
            await using (command.ConfigureAwait(false))
            {
                return await command.ExecuteScalarAsync(cancellation).ConfigureAwait(false) is { } value and not DBNull
                    ? value
                    : null;
            }
        }
    }

    private Task<IReadOnlyList<T>> RowsAsync<T>(
        string text,
        object?[] parameters,
        Func<NpgsqlDataReader, T> read,
        CancellationToken cancellation,
        string settings = "")
        => TranslateErrorsAsync<IReadOnlyList<T>>(async () =>
        {
            NpgsqlConnection connection = await source.OpenConnectionAsync(cancellation).ConfigureAwait(false);
            await using (connection.ConfigureAwait(false))
            {
                NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellation)
                    .ConfigureAwait(false);
                await using (transaction.ConfigureAwait(false))
                {
                    if (settings.Length > 0)
                    {
                        await RunAsync(connection, settings, [], cancellation).ConfigureAwait(false);
                    }

                    var rows = new List<T>();
                    NpgsqlCommand command = Command(connection, text, parameters);
                    await using (command.ConfigureAwait(false))
                    {
                        NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
                        await using (reader.ConfigureAwait(false))
                        {
                            while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
                            {
                                rows.Add(read(reader));
                            }
                        }
                    }

                    return rows;
                }
            }
        });

    private static async Task RunAsync(
        NpgsqlConnection connection, string text, object?[] parameters, CancellationToken cancellation)
    {
        NpgsqlCommand command = Command(connection, text, parameters);
        await using (command.ConfigureAwait(false))
        {
            await command.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
        }
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string text, object?[] parameters)
    {
        var command = new NpgsqlCommand(text, connection);
        foreach (object? value in parameters)
        {
            command.Parameters.Add(
                value is null ? new NpgsqlParameter { Value = DBNull.Value } : new NpgsqlParameter { Value = value });
        }

        return command;
    }

    private async Task<T> TranslateErrorsAsync<T>(Func<Task<T>> action)
    {
        try
        {
            return await action().ConfigureAwait(false);
        }
        catch (PostgresException error)
        {
            throw new DataException($"PostgreSQL at {server} says: {error.MessageText}", error);
        }
        catch (NpgsqlException error)
        {
            throw new DataException($"PostgreSQL at {server} cannot be used: {error.Message}", error);
        }
    }

    [GeneratedRegex("^[a-z0-9_]{1,40}$")]
    private static partial Regex PlainName();
}

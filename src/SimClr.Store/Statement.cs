using Microsoft.Data.Sqlite;

namespace SimClr.Store;

/// <summary>A statement that is used once.</summary>
internal readonly struct Statement(SqliteCommand command)
{
    public Statement(SqliteConnection connection, string text, SqliteTransaction? transaction = null)
        : this(new SqliteCommand(text, connection, transaction))
    {
    }

    public int Run()
    {
        using (command)
        {
            return command.ExecuteNonQuery();
        }
    }

    /// <summary>Runs the statement and returns the first value, or null.</summary>
    public T? Scalar<T>()
        where T : class
    {
        using (command)
        {
            return command.ExecuteScalar() is { } value and not DBNull ? (T)value : null;
        }
    }

    public long Number() => (long)Scalar<object>()!;

    /// <summary>Runs the statement and reads its rows one by one.</summary>
    public IEnumerable<T> Rows<T>(Func<SqliteDataReader, T> read)
    {
        using SqliteCommand used = command;
        using SqliteDataReader reader = used.ExecuteReader();
        while (reader.Read())
        {
            yield return read(reader);
        }
    }
}

using Microsoft.Data.Sqlite;

namespace SimClr.Store;

/// <summary>A graph as blobs of a table: written in parts, and read back in sequence.</summary>
internal static class GraphParts
{
    private const int PartBytes = 8 << 20;

    /// <summary>Returns a stream that stores what is written to it as parts.</summary>
    public static Stream Writer(SqliteConnection connection, SqliteTransaction transaction)
        => new BufferedStream(new Parts(connection, transaction), PartBytes);

    /// <summary>Returns a stream that reads the parts in sequence.</summary>
    public static Stream Reader(SqliteConnection connection)
        => new BufferedStream(new Parts(connection, null), 1 << 16);

    private sealed class Parts(SqliteConnection connection, SqliteTransaction? transaction) : Stream
    {
        private long part;
        private byte[] current = [];
        private int used;

        public override bool CanRead => transaction is null;

        public override bool CanSeek => false;

        public override bool CanWrite => transaction is not null;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count)
        {
            if (used == current.Length && !Next())
            {
                return 0;
            }

            int taken = Math.Min(count, current.Length - used);
            current.AsSpan(used, taken).CopyTo(buffer.AsSpan(offset));
            used += taken;
            return taken;
        }

        public override void Write(byte[] buffer, int offset, int count)
        {
            if (count == 0)
            {
                return;
            }

            using SqliteCommand insert = connection.CreateCommand();
            insert.Transaction = transaction;
            insert.CommandText = "INSERT INTO graph(part, data) VALUES ($part, $data)";
            insert.Parameters.AddWithValue("$part", part++);
            insert.Parameters.AddWithValue("$data", buffer.AsSpan(offset, count).ToArray());
            insert.ExecuteNonQuery();
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        private bool Next()
        {
            using SqliteCommand select = connection.CreateCommand();
            select.CommandText = "SELECT data FROM graph WHERE part = $part";
            select.Parameters.AddWithValue("$part", part++);
            current = select.ExecuteScalar() as byte[] ?? [];
            used = 0;
            return current.Length > 0;
        }
    }
}

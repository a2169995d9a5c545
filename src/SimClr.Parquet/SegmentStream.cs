namespace SimClr.Parquet;

/// <summary>A stream that concatenates byte arrays and ranges of a file. Reading past the end is an error.</summary>
/// <param name="file">The file, which is disposed of with this stream.</param>
internal sealed class SegmentStream(FileStream file) : Stream
{
    private readonly List<(long Begin, byte[]? Bytes, long From)> parts = [];
    private long length;
    private long position;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position
    {
        get => position;
        set => position = value >= 0 && value <= length ? value
            : throw new InvalidDataException($"a position at byte {value} of {length}");
    }

    public void Add(byte[] bytes) => Add(bytes, 0, bytes.Length);

    public void Add(long from, long count) => Add(null, from, count);

    public override int Read(Span<byte> buffer)
    {
        if (position >= length)
        {
            return buffer.Length == 0 ? 0
                : throw new InvalidDataException("the end of the file where more data is expected");
        }

        int at = parts.BinarySearch(
            (position, null, 0),
            Comparer<(long Begin, byte[]? Bytes, long From)>.Create((a, b) => a.Begin.CompareTo(b.Begin)));
        at = at < 0 ? ~at - 1 : at;
        (long begin, byte[]? bytes, long from) = parts[at];
        long end = at + 1 < parts.Count ? parts[at + 1].Begin : length;
        int count = (int)Math.Min(buffer.Length, end - position);
        if (bytes is not null)
        {
            bytes.AsSpan((int)(position - begin), count).CopyTo(buffer);
        }
        else
        {
            file.Position = from + position - begin;
            file.ReadExactly(buffer[..count]);
        }

        position += count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        => ValueTask.FromResult(Read(buffer.Span));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        => Task.FromResult(Read(buffer, offset, count));

    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => position + offset,
        _ => length + offset,
    };

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        file.Dispose();
        base.Dispose(disposing);
    }

    private void Add(byte[]? bytes, long from, long count)
    {
        if (count > 0)
        {
            parts.Add((length, bytes, from));
            length += count;
        }
    }
}

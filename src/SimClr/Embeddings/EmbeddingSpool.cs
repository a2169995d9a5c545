using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using SimClr.Data;
using SimClr.Internals;

namespace SimClr.Embeddings;

/// <summary>
/// <c>FILE.part</c>: the rows done so far. The job as JSON, then a record per batch with its length and hash before it;
/// half a record at the end, of a write that was cut off, is dropped when the file is opened again. Killed at any moment,
/// it holds every batch that was written whole. Without a row it is of no use to anybody: it is not kept, nor gone on from.
/// </summary>
internal sealed class EmbeddingSpool : IDisposable
{
    private const int MaxJobBytes = 1 << 20;
    private const int HashBytes = 8;
    private const int RowsAt = sizeof(int);   // In a record: behind the index of the next image.

    private static readonly byte[] Magic = "SIMCLR-EMBED-1\n\n"u8.ToArray();

    private readonly FileStream stream;
    private readonly ImageDataSet images;
    private long begin;
    private long end;
    private bool continues;

    private EmbeddingSpool(FileStream stream, ImageDataSet images, int from)
    {
        this.stream = stream;
        this.images = images;
        Next = from;
    }

    /// <summary>Index of the first image that is not done.</summary>
    public int Next { get; private set; }

    /// <summary>Rows done.</summary>
    public int Rows { get; private set; }

    /// <summary>Numbers per row; 0 before the first.</summary>
    public int Dimension { get; private set; }

    /// <summary>Opens what was begun, or begins.</summary>
    /// <param name="path"><c>FILE.part</c>.</param>
    /// <param name="job">What is to be done.</param>
    /// <param name="images">The set.</param>
    /// <param name="skipped">Told the images that were skipped before.</param>
    /// <exception cref="ResumeMismatchException">Something else was begun there.</exception>
    /// <exception cref="DataException">It is another kind of file.</exception>
    public static EmbeddingSpool Open(string path, EmbeddingJob job, ImageDataSet images, SkippedImages skipped)
    {
        FileStream stream = AtomicFile.Open(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, 1 << 16);
        try
        {
            var spool = new EmbeddingSpool(stream, images, job.From);
            if (!spool.Resume(job, skipped))
            {
                spool.Begin(job);
            }

            return spool;
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>Appends a batch, and hands it to the system: from here on it survives the end of the process.</summary>
    /// <param name="block">The rows.</param>
    /// <param name="skipped">Paths and reasons of the batch's images that could not be read.</param>
    public void Append(EmbeddedBlock block, IReadOnlyList<(string Path, string Reason)> skipped)
    {
        using var record = new MemoryStream();
        using (var writer = new BinaryWriter(record, Encoding.UTF8, leaveOpen: true))
        {
            writer.Write(block.Next);
            writer.Write(block.Rows.Length);
            writer.Write(block.Rows.Length == 0 ? 0 : block.Values.Length / block.Rows.Length);
            foreach ((int row, (int width, int height)) in block.Rows.Zip(block.Sizes))
            {
                writer.Write(row);
                writer.Write(width);
                writer.Write(height);
            }

            writer.Write(MemoryMarshal.AsBytes(block.Values.AsSpan()));
            writer.Write(skipped.Count);
            foreach ((string path, string reason) in skipped)
            {
                writer.Write(path);
                writer.Write(reason);
            }
        }

        ReadOnlySpan<byte> bytes = record.GetBuffer().AsSpan(0, (int)record.Length);
        stream.Write(BitConverter.GetBytes(bytes.Length));
        stream.Write(SHA256.HashData(bytes).AsSpan(0, HashBytes));
        stream.Write(bytes);
        stream.Flush();
        Track(block);
    }

    /// <summary>All rows, to be written to a file.</summary>
    public EmbeddingRows ToRows()
    {
        EmbeddingTable first = Blocks().First();
        return new EmbeddingRows(first, Rows, Blocks) { Continues = continues };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        stream.Dispose();
        if (Rows == 0)
        {
            File.Delete(stream.Name);
        }
    }

    private void Track(EmbeddedBlock block)
    {
        Next = block.Next;
        Rows += block.Rows.Length;
        Dimension = block.Rows.Length > 0 ? block.Values.Length / block.Rows.Length : Dimension;
    }

    private void Begin(EmbeddingJob job)
    {
        byte[] text = JsonSerializer.SerializeToUtf8Bytes(job, Json.Compact);
        stream.SetLength(0);
        stream.Write(Magic);
        stream.Write(BitConverter.GetBytes(text.Length));
        stream.Write(text);
        stream.Flush(flushToDisk: true);
        begin = stream.Position;
        continues = job.From > 0;
    }

    /// <returns>False where there is nothing to go on from: the file is new, its beginning was cut off, or no row was done.</returns>
    private bool Resume(EmbeddingJob job, SkippedImages skipped)
    {
        byte[] start = new byte[Magic.Length + 4];
        int read = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        if (!start.AsSpan(0, Math.Min(read, Magic.Length)).SequenceEqual(Magic.AsSpan(0, Math.Min(read, Magic.Length))))
        {
            throw new DataException($"{stream.Name} is in the way: it is no begun embedding; move it away");
        }

        int length = read == start.Length ? BitConverter.ToInt32(start, Magic.Length) : 0;
        if (length is <= 0 or > MaxJobBytes || length > stream.Length - stream.Position)
        {
            return false;
        }

        byte[] text = new byte[length];
        stream.ReadExactly(text);
        begin = stream.Position;
        if (!HoldsRows())
        {
            return false;   // Whatever was to be done there: nothing is lost.
        }

        RequireSame(text, job);
        continues = job.From > 0;
        foreach ((EmbeddedBlock block, IReadOnlyList<(string Path, string Reason)> left) in Records())
        {
            Track(block);
            foreach ((string path, string reason) in left)
            {
                skipped.TryAdd(new UnreadableImageException(path, reason));
            }
        }

        stream.SetLength(end);
        stream.Position = end;
        return true;
    }

    private void RequireSame(byte[] text, EmbeddingJob job)
    {
        EmbeddingJob begun;
        try
        {
            begun = JsonSerializer.Deserialize<EmbeddingJob>(text, Json.Compact) ?? throw new JsonException("it is null");
        }
        catch (JsonException error)
        {
            throw new DataException($"{stream.Name}: what it says about its job cannot be read ({Json.ReasonOf(error)}); delete it to begin again", error);
        }

        if (begun.DifferencesTo(job) is { Count: > 0 } differences)
        {
            throw new ResumeMismatchException(
                $"{stream.Name} holds the beginning of another embedding: {string.Join("; ", differences)}. Repeat that command to finish it, or delete the file to begin again");
        }
    }

    private IEnumerable<EmbeddingTable> Blocks()
        => Records().Where(record => record.Block.Rows.Length > 0)
            .Select(record => Embedder.Table(images, record.Block.Rows, record.Block.Sizes, record.Block.Values, Dimension));

    private bool HoldsRows() => RecordBytes().Any(record => record.Length < RowsAt + sizeof(int) || BitConverter.ToInt32(record, RowsAt) != 0);

    private IEnumerable<(EmbeddedBlock Block, IReadOnlyList<(string Path, string Reason)> Skipped)> Records() => RecordBytes().Select(Parse);

    // Every whole record from the beginning; remembers where the last one ends.
    private IEnumerable<byte[]> RecordBytes()
    {
        end = begin;
        byte[] head = new byte[4 + HashBytes];
        while (true)
        {
            stream.Position = end;
            if (stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) < head.Length)
            {
                yield break;
            }

            int length = BitConverter.ToInt32(head);
            if (length <= 0 || length > stream.Length - stream.Position)
            {
                yield break;
            }

            byte[] record = new byte[length];
            stream.ReadExactly(record);
            if (!SHA256.HashData(record).AsSpan(0, HashBytes).SequenceEqual(head.AsSpan(4)))
            {
                yield break;
            }

            end += head.Length + length;
            yield return record;
        }
    }

    /// <summary>Reads a record whose checksum is right. What it says is looked at all the same: it may be of another version.</summary>
    private (EmbeddedBlock Block, IReadOnlyList<(string Path, string Reason)> Skipped) Parse(byte[] record)
    {
        using var reader = new BinaryReader(new MemoryStream(record), Encoding.UTF8);
        try
        {
            int next = Number(images.Count);
            int[] rows = new int[Number(Math.Min(images.Count, record.Length / 12))];
            int dimension = Number(record.Length / sizeof(float));
            var sizes = new (int, int)[rows.Length];
            for (int i = 0; i < rows.Length; i++)
            {
                rows[i] = Number(images.Count - 1);
                sizes[i] = (Number(int.MaxValue), Number(int.MaxValue));
            }

            if ((long)rows.Length * dimension > record.Length / sizeof(float) || (rows.Length > 0 && (dimension == 0 || (Dimension > 0 && dimension != Dimension))))
            {
                throw new FormatException($"{rows.Length} rows of {dimension} numbers");
            }

            float[] values = new float[rows.Length * dimension];
            reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(values.AsSpan()));
            var skipped = new (string, string)[Number(record.Length / 2)];
            for (int i = 0; i < skipped.Length; i++)
            {
                skipped[i] = (reader.ReadString(), reader.ReadString());
            }

            return (new EmbeddedBlock(next, rows, sizes, values), skipped);
        }
        catch (Exception error) when (error is EndOfStreamException or FormatException)
        {
            throw new DataException($"{stream.Name}: a record in it is none that this version writes ({error.Message}); delete the file to begin again", error);
        }

        int Number(int most) => reader.ReadInt32() is var number && number >= 0 && number <= most ? number : throw new FormatException($"{number} where at most {most} belongs");
    }
}

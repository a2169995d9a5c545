using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using SimClr.Data;
using SimClr.Internals;

namespace SimClr.Embeddings;

/// <summary>
/// The file of completed rows, <c>FILE.part</c>. It contains the job as JSON, followed by one record per batch,
/// preceded by its length and hash. An incomplete record at the end, from an interrupted write, is dropped when the
/// file is reopened. If the process is killed at any moment, the file contains every batch that was written completely.
/// A file without rows is neither kept nor resumed.
/// </summary>
internal sealed class EmbeddingSpool : IDisposable
{
    private const int MaxJobBytes = 1 << 20;
    private const int HashBytes = 8;
    private const int RowsAt = sizeof(int);   // The offset within a record, after the index of the next image.

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

    /// <summary>The index of the first image that is not done.</summary>
    public int Next { get; private set; }

    /// <summary>The number of completed rows.</summary>
    public int Rows { get; private set; }

    /// <summary>The number of values per row; 0 before the first row.</summary>
    public int Dimension { get; private set; }

    /// <summary>Opens and resumes a partial file, or begins a new one.</summary>
    /// <param name="path">The path of <c>FILE.part</c>.</param>
    /// <param name="job">The job.</param>
    /// <param name="images">The images of the set.</param>
    /// <param name="skipped">The list that receives the images skipped earlier.</param>
    /// <exception cref="ResumeMismatchException">The file belongs to a different job.</exception>
    /// <exception cref="DataException">The file is not a partial embeddings file.</exception>
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

    /// <summary>
    /// Appends a batch and flushes it to the operating system, so that it survives the end of the process.
    /// </summary>
    /// <param name="block">The rows of the batch.</param>
    /// <param name="skipped">The paths of the batch's unreadable images, with the reasons.</param>
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

    /// <summary>Returns all rows, for writing to a file.</summary>
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

    /// <returns>
    /// False if there is nothing to resume: the file is new, its header is incomplete, or it has no rows.
    /// </returns>
    private bool Resume(EmbeddingJob job, SkippedImages skipped)
    {
        byte[] start = new byte[Magic.Length + 4];
        int read = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        if (!start.AsSpan(0, Math.Min(read, Magic.Length)).SequenceEqual(Magic.AsSpan(0, Math.Min(read, Magic.Length))))
        {
            throw new DataException(
                $"{stream.Name} is in the way: it exists, but is not a partial embeddings file; move it elsewhere");
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
            return false;   // Whatever the job was, nothing is lost.
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
            begun = JsonSerializer.Deserialize<EmbeddingJob>(text, Json.Compact)
                ?? throw new JsonException("it is null");
        }
        catch (JsonException error)
        {
            throw new DataException(
                $"{stream.Name}: its description of the job cannot be read "
                    + $"({Json.ReasonOf(error)}); delete it to start over",
                error);
        }

        if (begun.DifferencesTo(job) is { Count: > 0 } differences)
        {
            throw new ResumeMismatchException(
                $"{stream.Name} is the partial result of a different job: {string.Join("; ", differences)}. Repeat "
                    + "that command to finish it, or delete the file to start over");
        }
    }

    private IEnumerable<EmbeddingTable> Blocks()
        => Records().Where(record => record.Block.Rows.Length > 0)
            .Select(record => Embedder.Table(
                images, record.Block.Rows, record.Block.Sizes, record.Block.Values, Dimension));

    private bool HoldsRows() => RecordBytes()
        .Any(record => record.Length < RowsAt + sizeof(int) || BitConverter.ToInt32(record, RowsAt) != 0);

    private IEnumerable<(EmbeddedBlock Block, IReadOnlyList<(string Path, string Reason)> Skipped)> Records()
        => RecordBytes().Select(Parse);

    // Every complete record from the beginning. Also tracks the end of the last one.
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

    /// <summary>
    /// Parses a record with a valid checksum. Its values are still checked, because another version may have written
    /// it.
    /// </summary>
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

            if ((long)rows.Length * dimension > record.Length / sizeof(float)
                || (rows.Length > 0 && (dimension == 0 || (Dimension > 0 && dimension != Dimension))))
            {
                throw new FormatException($"{rows.Length} rows of {dimension} values");
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
            throw new DataException(
                $"{stream.Name}: it contains a record that this version cannot read ({error.Message}); "
                    + "delete the file to start over",
                error);
        }

        int Number(int most) => reader.ReadInt32() is var number && number >= 0 && number <= most ? number
            : throw new FormatException($"{number}, expected at most {most}");
    }
}

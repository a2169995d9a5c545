using System.Runtime.InteropServices;
using System.Text;
using SimClr.Internals;

namespace SimClr.Embeddings;

/// <summary>A matrix in NumPy's format, with a CSV file beside it that names the image of each row.</summary>
internal sealed class NpyFormat : IEmbeddingFormat
{
    /// <inheritdoc/>
    public string Extension => ".npy";

    /// <summary>Returns the path of the file that describes the rows of a matrix.</summary>
    public static string CompanionOf(string path) => path + ".csv";

    /// <inheritdoc/>
    public EmbeddingTable Read(string path)
    {
        using FileStream stream = RegularFile.OpenRead(path);
        NpyHeader header = NpyHeader.Read(stream, path);
        (int rows, int dimension) = StoredNumbers.Matrix(header.Shape, path);
        long bytes = (long)rows * dimension * StoredNumbers.Size(header.Type);
        if (stream.Length - stream.Position != bytes)
        {
            throw new DataException(
                $"{path}: got {stream.Length - stream.Position} bytes of data, expected {bytes} for {rows} rows of "
                    + $"{dimension}; the file was cut short or is damaged");
        }

        RowDescriptions? described = ReadDescriptions(path, rows);
        float[] values = StoredNumbers.Read(stream, rows, dimension, header.Type, path);
        return described?.ToTable(values, dimension)
            ?? new EmbeddingTable(values, dimension, RowDescriptions.Numbered(path, rows));
    }

    /// <summary>Writes a file, the companion first, so that a matrix never exists without it.</summary>
    public void Write(string path, EmbeddingRows rows)
    {
        AtomicFile.Write(CompanionOf(path), stream =>
        {
            using var text = new StreamWriter(stream, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
            text.WriteLine(CsvFormat.Header(rows));
            foreach (EmbeddingTable block in rows.Blocks())
            {
                for (int row = 0; row < block.Count; row++)
                {
                    text.WriteLine(CsvFormat.Description(block, row));
                }
            }
        });
        AtomicFile.Write(path, stream =>
        {
            stream.Write(NpyHeader.Write(rows.Count, rows.Dimension));
            foreach (EmbeddingTable block in rows.Blocks())
            {
                stream.Write(MemoryMarshal.AsBytes(block.Values.AsSpan()));
            }
        });
    }

    private static RowDescriptions? ReadDescriptions(string path, int rows)
    {
        string companion = CompanionOf(path);
        if (!File.Exists(companion))
        {
            return null;
        }

        if (RegularFile.SpecialKind(companion) is { } kind)
        {
            throw new DataException(
                $"{companion} is {kind} rather than a file; expected the description of the "
                    + $"rows of {path}, or no file");
        }

        (RowDescriptions described, _) = CsvFormat.Read(companion, wantsNumbers: false);
        return described.Count == rows
            ? described
            : throw new DataException(
                $"{companion} describes {described.Count} rows, but {path} has {rows}; expected the files of one call "
                    + "of EmbeddingTask.Run: move away the one that does not belong here");
    }
}

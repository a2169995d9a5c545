using System.Buffers.Binary;
using System.IO.Compression;
using SimClr.Internals;

namespace SimClr.Data;

/// <summary>
/// An idx file of unsigned bytes (LeCun's MNIST format), plain or gzipped: its dimensions and values.
/// </summary>
/// <param name="Dimensions">Sizes, outermost first.</param>
/// <param name="Values">The bytes, last dimension fastest.</param>
internal sealed record IdxFile(int[] Dimensions, byte[] Values)
{
    public static IdxFile Read(string file, int rank)
    {
        try
        {
            using var stream = PlainFile.OpenRead(file);
            return Read(stream, file, rank);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"{file} cannot be read: {error.Message}", error);
        }
    }

    /// <param name="stream">The file; gzipped if its name ends in <c>.gz</c>.</param>
    /// <param name="file">Its name.</param>
    /// <param name="rank">How many dimensions it must have: 3 for images, 1 for labels.</param>
    /// <exception cref="DataException">Another magic number, length or a broken gzip stream.</exception>
    public static IdxFile Read(Stream stream, string file, int rank)
    {
        try
        {
            using var plain = file.EndsWith(".gz", StringComparison.OrdinalIgnoreCase)
                ? new GZipStream(stream, CompressionMode.Decompress, leaveOpen: true)
                : stream;
            return ReadPlain(plain, file, rank);
        }
        catch (InvalidDataException error)
        {
            throw new DataException($"{file} is not a whole gzip file: {error.Message}", error);
        }
    }

    private static IdxFile ReadPlain(Stream stream, string file, int rank)
    {
        byte[] header = new byte[4 + (4 * rank)];
        int got = stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false);
        int magic = 0x800 + rank;
        int found = got >= 4 ? BinaryPrimitives.ReadInt32BigEndian(header) : 0;
        if (got < header.Length || found != magic)
        {
            throw new DataException(
                $"{file}: got {got} header bytes with magic number 0x{found:x8}, expected {header.Length} with "
                    + $"0x{magic:x8} (idx, unsigned bytes, {rank} dimension(s))");
        }

        int[] dimensions = new int[rank];
        for (int i = 0; i < rank; i++)
        {
            dimensions[i] = BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(4 + (4 * i)));
        }

        return new IdxFile(dimensions, ReadValues(stream, file, dimensions));
    }

    private static byte[] ReadValues(Stream stream, string file, int[] dimensions)
    {
        string shape = string.Join(" × ", dimensions);
        decimal size = dimensions.Aggregate(1m, (product, dimension) => product * dimension);
        if (dimensions.Any(dimension => dimension <= 0) || size > Array.MaxLength)
        {
            throw new DataException(
                $"{file}: got the dimensions {shape}, expected each above 0 and together at most "
                    + $"{Array.MaxLength} bytes");
        }

        var values = new MemoryStream();
        stream.CopyTo(values);
        return values.Length == size
            ? values.ToArray()
            : throw new DataException(
                $"{file}: got {values.Length} bytes after the header, expected {size} ({shape}); is the file "
                    + "whole?");
    }
}

using System.Buffers.Binary;
using System.IO.Compression;
using SimClr.Internals;

namespace SimClr.Data;

/// <summary>The contents of an idx file of unsigned bytes (LeCun's MNIST format), plain or gzipped.</summary>
/// <param name="Dimensions">The dimensions, outermost first.</param>
/// <param name="Values">The values, with the last dimension varying fastest.</param>
internal sealed record IdxFile(int[] Dimensions, byte[] Values)
{
    // A gzipped file of a few kilobytes may claim, and hold, gigabytes; images and labels compress to a tenth at best.
    private const int MaxExpansion = 20;
    private const long Allowance = 64L << 20;

    public static IdxFile Read(string file, int rank)
    {
        try
        {
            using var stream = RegularFile.OpenRead(file);
            return Read(stream, file, rank);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"{file} cannot be read: {error.Message}", error);
        }
    }

    /// <summary>Reads an idx file from a stream.</summary>
    /// <param name="stream">The stream, of known length; gzipped if the name of the file ends in <c>.gz</c>.</param>
    /// <param name="file">The name of the file.</param>
    /// <param name="rank">The required number of dimensions: 3 for images, 1 for labels.</param>
    /// <exception cref="DataException">
    /// The magic number or the length is wrong, or the gzip stream is broken.
    /// </exception>
    public static IdxFile Read(Stream stream, string file, int rank)
    {
        try
        {
            if (!file.EndsWith(".gz", StringComparison.OrdinalIgnoreCase))
            {
                return ReadPlain(stream, file, rank, stream.Length, stream.Length);
            }

            using var plain = new GZipStream(stream, CompressionMode.Decompress, leaveOpen: true);
            return ReadPlain(plain, file, rank, null, (MaxExpansion * stream.Length) + Allowance);
        }
        catch (InvalidDataException error)
        {
            throw new DataException($"{file} is not a complete gzip file: {error.Message}", error);
        }
    }

    private static IdxFile ReadPlain(Stream stream, string file, int rank, long? length, long maxBytes)
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

        return new IdxFile(dimensions, ReadValues(stream, file, dimensions, length - header.Length, maxBytes));
    }

    /// <summary>Reads the values after the header.</summary>
    /// <param name="stream">The stream, positioned after the header.</param>
    /// <param name="file">The name of the file, for messages.</param>
    /// <param name="dimensions">The dimensions in the header.</param>
    /// <param name="left">The number of bytes left; null if it is unknown.</param>
    /// <param name="maxBytes">The maximum number of bytes that a file of this size can plausibly hold.</param>
    private static byte[] ReadValues(Stream stream, string file, int[] dimensions, long? left, long maxBytes)
    {
        string shape = string.Join(" × ", dimensions);
        decimal size = dimensions.Aggregate(1m, (product, dimension) => product * dimension);
        if (dimensions.Any(dimension => dimension <= 0) || size > Array.MaxLength)
        {
            throw new DataException(
                $"{file}: got the dimensions {shape}, expected each above 0 and together at most "
                    + $"{Array.MaxLength} bytes");
        }

        DataException Wrong(string got)
            => new($"{file}: got {got} bytes after the header, expected {size} ({shape}); is the file complete?");
        if (left is { } there && there != size)
        {
            throw Wrong($"{there}");
        }

        if (size > maxBytes)
        {
            throw new DataException(
                $"{file}: the header announces {size} bytes ({shape}), more than a file of this "
                    + "size can hold; is it complete?");
        }

        byte[] values = new byte[(int)size];
        int got = stream.ReadAtLeast(values, values.Length, throwOnEndOfStream: false);
        return got < values.Length ? throw Wrong($"{got}")
            : stream.ReadByte() >= 0 ? throw Wrong($"more than {got}")
            : values;
    }
}

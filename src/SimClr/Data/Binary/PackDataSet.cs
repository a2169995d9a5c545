using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using SimClr.Internals;

namespace SimClr.Data;

/// <summary>
/// A data set in a packed file, read by offset without decoding. The file is not memory-mapped: if another process
/// truncated a mapped file, this process would end with a signal (SIGBUS) that cannot be caught.
/// </summary>
internal sealed class PackDataSet : ImageDataSet
{
    private readonly SafeFileHandle file;
    private readonly PackIndex index;
    private readonly long[] offsets;

    private PackDataSet(string name, SafeFileHandle file, PackIndex index)
    {
        (Name, this.file, this.index) = (name, file, index);
        Labels = index.ClassNames is null || index.MultiLabels is not null ? null
            : [.. index.Entries.Select(entry => entry.Label)];
        offsets = new long[index.Entries.Count];
        long offset = PackHeader.Length;
        for (int i = 0; i < offsets.Length; i++)
        {
            offsets[i] = offset;
            offset += index.Entries[i].Bytes;
        }
    }

    public override string Name { get; }

    public override int Count => offsets.Length;

    public override IReadOnlyList<int>? Labels { get; }

    public override IReadOnlyList<string>? ClassNames => index.ClassNames;

    public override IReadOnlyList<sbyte[]>? MultiLabels => index.MultiLabels;

    public override string Fingerprint => index.Fingerprint;

    public override bool IsDecoded => true;

    /// <summary>Opens a packed file.</summary>
    /// <exception cref="DataException">The file is of the wrong kind, cut off or damaged.</exception>
    public static PackDataSet Open(string path)
    {
        SafeFileHandle? file = null;
        try
        {
            RegularFile.Require(path);
            file = FileSize.Get(path) > 0
                ? File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete)
                : throw new FormatException("the file is empty");
            return new PackDataSet(path, file, ReadIndex(file));
        }
        catch (Exception error) when (error is FormatException or IOException or UnauthorizedAccessException)
        {
            file?.Dispose();
            throw new DataException(
                $"{path} cannot be used as a packed file: {error.Message}. PackFile.Write writes a complete one",
                error);
        }
    }

    public override string PathOf(int index) => $"{Name}/{RelativePathOf(index)}";

    /// <exception cref="DataException">The file has become shorter since it was opened.</exception>
    public override RgbImage Read(int index)
    {
        PackEntry entry = this.index.Entries[index];
        int length = (int)entry.Bytes;
        byte[] pixels = PixelPool.Rent(length);
        try
        {
            Fill(file, pixels.AsSpan(0, length), offsets[index]);
        }
        catch (EndOfStreamException error)
        {
            throw new DataException(
                $"{Name} became shorter while it was read: {error.Message}. Was it repacked or overwritten? "
                    + "Do not change a packed file while it is in use; start again", error);
        }
        catch (IOException error)
        {
            throw new UnreadableImageException(PathOf(index), $"cannot be read: {error.Message}", error);
        }

        return new RgbImage(entry.Width, entry.Height, pixels.AsMemory(0, length));
    }

    public override void Recycle(int index, RgbImage image) => PixelPool.Return(image);

    internal override string RelativePathOf(int index) => this.index.Entries[index].Path;

    protected override void Dispose(bool disposing)
    {
        file.Dispose();
        base.Dispose(disposing);
    }

    private static PackIndex ReadIndex(SafeFileHandle file)
    {
        long length = RandomAccess.GetLength(file);
        byte[] start = new byte[Math.Min(PackHeader.Length, length)];
        Fill(file, start, 0);
        PackHeader header = PackHeader.Parse(start, length);
        byte[] bytes = new byte[header.IndexLength];
        Fill(file, bytes, header.IndexOffset);
        if (!SHA256.HashData(bytes).AsSpan().SequenceEqual(header.IndexHash))
        {
            throw new FormatException("its index is damaged: the checksum does not match");
        }

        PackIndex index = PackIndex.Parse(bytes);
        return index.Entries.Count > 0 && PackHeader.Length + index.PixelBytes == header.IndexOffset
            ? index
            : throw new FormatException(
                $"its index is damaged: {index.Entries.Count} images do not match the number of bytes before it");
    }

    private static void Fill(SafeFileHandle file, Span<byte> bytes, long offset)
    {
        for (int read, filled = 0; filled < bytes.Length; filled += read)
        {
            read = RandomAccess.Read(file, bytes[filled..], offset + filled);
            if (read == 0)
            {
                throw new EndOfStreamException($"it ends at {offset + filled} bytes, expected {offset + bytes.Length}");
            }
        }
    }
}

using System.Security.Cryptography;
using SimClr.Internals;

namespace SimClr.Data;

/// <summary>The images of a packed file, read from its pages without decoding or copying.</summary>
internal sealed class PackDataSet : ImageDataSet
{
    private readonly MappedFile file;
    private readonly PackIndex index;
    private readonly long[] offsets;

    private PackDataSet(string name, MappedFile file, PackIndex index)
    {
        (Name, this.file, this.index) = (name, file, index);
        Labels = index.ClassNames is null || index.Presence is not null ? null : [.. index.Entries.Select(entry => entry.Label)];
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

    internal override IReadOnlyList<sbyte[]>? Presence => index.Presence;

    public override string Fingerprint => index.Fingerprint;

    internal override bool IsDecoded => true;

    /// <summary>Opens a packed file.</summary>
    /// <exception cref="DataException">It is another kind of file, cut off or damaged.</exception>
    public static PackDataSet Open(string path)
    {
        MappedFile? file = null;
        try
        {
            file = FileSize.Of(path) > 0 ? new MappedFile(path) : throw new FormatException("the file is empty");
            return new PackDataSet(path, file, ReadIndex(file));
        }
        catch (Exception error) when (error is FormatException or IOException or UnauthorizedAccessException)
        {
            file?.Dispose();
            throw new DataException(
                $"{path} cannot be used as a packed file: {error.Message}. 'simclr data pack' writes a whole one", error);
        }
    }

    public override string PathOf(int index) => $"{Name}/{RelativePathOf(index)}";

    public override RgbImage Read(int index)
    {
        PackEntry entry = this.index.Entries[index];
        return new RgbImage(entry.Width, entry.Height, file.Slice(offsets[index], (int)entry.Bytes));
    }

    internal override string RelativePathOf(int index) => this.index.Entries[index].Path;

    protected override void Dispose(bool disposing)
    {
        file.Dispose();
        base.Dispose(disposing);
    }

    private static PackIndex ReadIndex(MappedFile file)
    {
        PackHeader header = PackHeader.Parse(file.Slice(0, (int)Math.Min(PackHeader.Length, file.Length)).Span, file.Length);
        byte[] bytes = file.Slice(header.IndexOffset, (int)header.IndexLength).ToArray();
        if (!SHA256.HashData(bytes).AsSpan().SequenceEqual(header.IndexHash))
        {
            throw new FormatException("its index is damaged: the checksum does not match");
        }

        PackIndex index = PackIndex.Parse(bytes);
        return index.Entries.Count > 0 && PackHeader.Length + index.PixelBytes == header.IndexOffset
            ? index
            : throw new FormatException($"its index is damaged: {index.Entries.Count} images do not take the bytes before it");
    }
}

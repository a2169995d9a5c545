using System.IO.Compression;
using System.Text;
using System.Text.Json;
using SimClr.Internals;

namespace SimClr.Checkpoints;

/// <summary>
/// The format that PyTorch writes since version 1.6: a zip file, nothing in it compressed, with the pickle
/// (<c>NAME/data.pkl</c>) and each storage (<c>NAME/data/KEY</c>) as an entry.
/// </summary>
internal sealed class PthZip : IPthSource
{
    /// <summary>The entry with text entries of this program, which PyTorch passes over.</summary>
    public const string MetadataEntry = "simclr.json";

    private const string PickleEntry = "data.pkl";
    private const int MaxPickleBytes = 1 << 26;

    private readonly string path;
    private readonly long length;
    private readonly ZipArchive zip;
    private readonly Dictionary<string, ZipArchiveEntry> entries = [];
    private readonly string folder;

    /// <param name="stream">The file; it is not closed.</param>
    /// <param name="path">Its name, for messages.</param>
    /// <exception cref="DataException">It is no such file, or damaged.</exception>
    /// <exception cref="InvalidDataException">It is no zip file, or cut short.</exception>
    public PthZip(Stream stream, string path)
    {
        this.path = path;
        length = stream.Length;
        zip = new ZipArchive(stream, ZipArchiveMode.Read, leaveOpen: true);
        foreach (ZipArchiveEntry entry in zip.Entries)
        {
            entries[entry.FullName] = entry;
        }

        folder = Folder();
        byte[] pickle = Read(Entry(PickleEntry), MaxPickleBytes);
        (Root, _) = PickleReader.Read(new MemoryStream(pickle), pickle.Length, path);
        Metadata = entries.ContainsKey(folder + MetadataEntry) ? Texts(Read(Entry(MetadataEntry), MaxPickleBytes)) : new Dictionary<string, string>();
    }

    public object? Root { get; }

    public IReadOnlyDictionary<string, string> Metadata { get; }

    public (Stream Bytes, uint? Checksum) Open(PthStorage storage)
    {
        ZipArchiveEntry entry = Entry($"data/{storage.Key}");
        return entry.Length == storage.Bytes
            ? (entry.Open(), entry.Crc32)
            : throw new DataException(
                $"{path}: the file is damaged: storage '{storage.Key}' has {entry.Length} bytes, and its {storage.Count} numbers of {storage.Type} take {storage.Bytes}");
    }

    public void Dispose() => zip.Dispose();

    private string Folder()
    {
        string? pickle = entries.Keys.FirstOrDefault(name => name.EndsWith($"/{PickleEntry}", StringComparison.Ordinal) && name.Count(c => c == '/') == 1);
        if (pickle is null)
        {
            string first = string.Join(", ", entries.Keys.Take(3).Select(name => $"'{name}'"));
            throw new DataException(
                $"{path}: this is a zip file, but no PyTorch checkpoint: there is no {PickleEntry} in it ({(first.Length > 0 ? $"but {first}" : "it is empty")}); expected what torch.save wrote");
        }

        string found = pickle[..^PickleEntry.Length];
        if (entries.Keys.Any(name => name.StartsWith($"{found}code/", StringComparison.Ordinal)))
        {
            throw new DataException(
                $"{path}: this is a TorchScript program, not weights alone; expected what torch.save(model.state_dict(), FILE) wrote");
        }

        return entries.TryGetValue($"{found}byteorder", out ZipArchiveEntry? order) && Encoding.ASCII.GetString(Read(order, 16)) == "big"
            ? throw new DataException($"{path}: it was written by a machine with the most significant byte first, which is not read")
            : found;
    }

    private ZipArchiveEntry Entry(string name)
    {
        if (!entries.TryGetValue(folder + name, out ZipArchiveEntry? entry))
        {
            throw new DataException($"{path}: the file is damaged: there is no entry '{folder}{name}' in it");
        }

        // A compressed entry may be a thousand times larger than the file; PyTorch writes none.
        return entry.CompressedLength == entry.Length && entry.Length <= length
            ? entry
            : throw new DataException(
                $"{path}: entry '{entry.FullName}' claims {entry.Length} bytes in {entry.CompressedLength} of a file of {length}; PyTorch does not compress. It was refused");
    }

    private byte[] Read(ZipArchiveEntry entry, int max)
    {
        if (entry.Length > Math.Min(max, length))
        {
            throw new DataException($"{path}: entry '{entry.FullName}' claims {entry.Length} bytes, more than any file of weights has there");
        }

        byte[] bytes = new byte[entry.Length];
        using Stream stream = entry.Open();
        stream.ReadExactly(bytes);
        var sum = new Crc32();
        sum.Append(bytes);
        return sum.Value == entry.Crc32
            ? bytes
            : throw new DataException($"{path}: the file is damaged: the checksum of '{entry.FullName}' differs");
    }

    private Dictionary<string, string> Texts(byte[] json)
    {
        try
        {
            return JsonSerializer.Deserialize<Dictionary<string, string>>(json) ?? [];
        }
        catch (JsonException error)
        {
            throw new DataException($"{path}: the file is damaged: {MetadataEntry} in it cannot be read ({Json.ReasonOf(error)})", error);
        }
    }
}

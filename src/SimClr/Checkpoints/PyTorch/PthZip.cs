using System.IO.Compression;
using System.Text;
using System.Text.Json;
using SimClr.Internals;

namespace SimClr.Checkpoints;

/// <summary>
/// PyTorch's format since version 1.6: a ZIP file with uncompressed entries, one for the pickle (<c>NAME/data.pkl</c>)
/// and one for each storage (<c>NAME/data/KEY</c>).
/// </summary>
internal sealed class PthZip : IPthSource
{
    /// <summary>The entry with the text entries of this library, which PyTorch ignores.</summary>
    public const string MetadataEntry = "simclr.json";

    private const string PickleEntry = "data.pkl";
    private const int MaxPickleBytes = 1 << 26;

    private readonly string path;
    private readonly long length;
    private readonly ZipArchive zip;
    private readonly Dictionary<string, ZipArchiveEntry> entries = [];
    private readonly string folder;

    /// <param name="stream">The file. It is not closed.</param>
    /// <param name="path">The name of the file, for messages.</param>
    /// <exception cref="DataException">The file is not in this format, or it is damaged.</exception>
    /// <exception cref="InvalidDataException">The file is not a ZIP file, or it is cut short.</exception>
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
        Metadata = entries.ContainsKey(folder + MetadataEntry)
            ? Texts(Read(Entry(MetadataEntry), MaxPickleBytes))
            : new Dictionary<string, string>();
    }

    public object? Root { get; }

    public IReadOnlyDictionary<string, string> Metadata { get; }

    public (Stream Bytes, uint? Checksum) Open(PthStorage storage)
    {
        ZipArchiveEntry entry = Entry($"data/{storage.Key}");
        return entry.Length == storage.Bytes
            ? (entry.Open(), entry.Crc32)
            : throw new DataException(
                $"{path}: the file is damaged: storage '{storage.Key}' has {entry.Length} bytes, but its "
                    + $"{storage.Count} values of {storage.Type} take {storage.Bytes}");
    }

    public void Dispose() => zip.Dispose();

    private string Folder()
    {
        string? pickle = entries.Keys.FirstOrDefault(
            name => name.EndsWith($"/{PickleEntry}", StringComparison.Ordinal) && name.Count(c => c == '/') == 1);
        if (pickle is null)
        {
            string first = string.Join(", ", entries.Keys.Take(3).Select(name => $"'{name}'"));
            throw new DataException(
                $"{path}: this is a ZIP file but not a PyTorch checkpoint: "
                    + $"it has no {PickleEntry} ({(first.Length > 0 ? $"but {first}" : "it is empty")}); "
                    + "expected a file written by torch.save");
        }

        string found = pickle[..^PickleEntry.Length];
        if (entries.Keys.Any(name => name.StartsWith($"{found}code/", StringComparison.Ordinal)))
        {
            throw new DataException(
                $"{path}: this is a TorchScript program rather than weights; "
                    + "expected a file written by torch.save(model.state_dict(), FILE)");
        }

        return entries.TryGetValue($"{found}byteorder", out ZipArchiveEntry? order)
            && Encoding.ASCII.GetString(Read(order, 16)) == "big"
            ? throw new DataException($"{path}: it was written on a big-endian machine, which is not supported")
            : found;
    }

    private ZipArchiveEntry Entry(string name)
    {
        if (!entries.TryGetValue(folder + name, out ZipArchiveEntry? entry))
        {
            throw new DataException($"{path}: the file is damaged: it has no entry '{folder}{name}'");
        }

        // A compressed entry can be a thousand times larger than the file. PyTorch writes none.
        return entry.CompressedLength == entry.Length && entry.Length <= length
            ? entry
            : throw new DataException(
                $"{path}: entry '{entry.FullName}' claims {entry.Length} bytes in {entry.CompressedLength} of a "
                    + $"{length}-byte file; PyTorch does not compress entries. The file was rejected");
    }

    private byte[] Read(ZipArchiveEntry entry, int max)
    {
        if (entry.Length > Math.Min(max, length))
        {
            throw new DataException(
                $"{path}: entry '{entry.FullName}' claims {entry.Length} bytes, more than any weights file has there");
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
            return JsonSerializer.Deserialize<Dictionary<string, string>>(json, Json.Plain) ?? [];
        }
        catch (JsonException error)
        {
            throw new DataException(
                $"{path}: the file is damaged: {MetadataEntry} in it cannot be read ({Json.ReasonOf(error)})", error);
        }
    }
}

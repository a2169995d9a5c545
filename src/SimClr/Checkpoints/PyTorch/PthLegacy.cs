using System.Buffers.Binary;
using System.Numerics;

namespace SimClr.Checkpoints;

/// <summary>
/// The format that PyTorch wrote before version 1.6: five pickles (a magic number, the protocol, the machine, the saved
/// value, the storage keys), followed by the storages, each preceded by its element count.
/// </summary>
internal sealed class PthLegacy : IPthSource
{
    private const long Protocol = 1001;

    private static readonly BigInteger Magic = BigInteger.Parse(
        "119547037146038801333356", System.Globalization.CultureInfo.InvariantCulture);

    private readonly string path;
    private readonly Stream stream;
    private readonly Dictionary<string, long> places = [];

    /// <param name="stream">The file, at its beginning. It is not closed.</param>
    /// <param name="path">The name of the file, for messages.</param>
    /// <exception cref="DataException">The file is not in this format, or it is damaged.</exception>
    public PthLegacy(Stream stream, string path)
    {
        this.path = path;
        this.stream = stream;
        if (Pickle() is not BigInteger magic || magic != Magic)
        {
            throw new DataException(
                $"{path}: this is a pickle but not a PyTorch checkpoint; expected a file written by torch.save");
        }

        if (Pickle() is not Protocol)
        {
            throw new DataException(
                $"{path}: its protocol is not {Protocol}, which all versions of PyTorch write in this format");
        }

        if (Pickle() is not PickleDictionary machine || machine["little_endian"] is not true)
        {
            throw new DataException($"{path}: it was written on a big-endian machine, which is not supported");
        }

        (Root, IReadOnlyDictionary<string, PthStorage> storages) = PickleReader.Read(stream, stream.Length, path);
        FindStorages(storages);
    }

    public object? Root { get; }

    public IReadOnlyDictionary<string, string> Metadata { get; } = new Dictionary<string, string>();

    public (Stream Bytes, uint? Checksum) Open(PthStorage storage)
    {
        stream.Position = places.TryGetValue(storage.Key, out long place)
            ? place
            : throw Damaged($"no storage '{storage.Key}'");
        return (stream, null);
    }

    public void Dispose()
    {
        // The caller owns the stream.
    }

    private object? Pickle() => PickleReader.Read(stream, stream.Length, path).Value;

    private void FindStorages(IReadOnlyDictionary<string, PthStorage> storages)
    {
        if (Pickle() is not PickleList keys)
        {
            throw Damaged("no list of storages");
        }

        Span<byte> count = stackalloc byte[8];
        foreach (object? key in keys.Items)
        {
            PthStorage storage = key is string name && storages.TryGetValue(name, out PthStorage? known)
                ? known
                : throw Damaged("a storage that no tensor uses");
            stream.ReadExactly(count);
            if (BinaryPrimitives.ReadInt64LittleEndian(count) != storage.Count
                || storage.Bytes > stream.Length - stream.Position)
            {
                throw Damaged(
                    $"a storage of {BinaryPrimitives.ReadInt64LittleEndian(count)} values at byte "
                        + $"{stream.Position - 8} of {stream.Length}, expected {storage.Count} of "
                        + $"{storage.Type}; is the file complete?");
            }

            places[storage.Key] = stream.Position;
            stream.Position += storage.Bytes;
        }
    }

    private DataException Damaged(string found) => new($"{path}: the file is damaged: got {found}");
}

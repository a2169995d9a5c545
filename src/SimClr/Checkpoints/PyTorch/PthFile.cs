using System.Runtime.InteropServices;
using SimClr.Internals;
using static TorchSharp.torch;

namespace SimClr.Checkpoints;

/// <summary>
/// Tensors by name in a file that PyTorch's <c>torch.save</c> writes (<c>.pth</c>, <c>.pt</c>, <c>.ckpt</c>), of its
/// present and its old format. Such files are programs; here only what describes weights is understood, and nothing is
/// ever run: other objects are empty, and names that are there to run something are refused. Memory is bounded by the
/// file's size.
/// </summary>
public sealed class PthFile : IWeightsFile
{
    /// <summary>
    /// The name, below the archive's folder, of the entry with <see cref="Metadata"/>, which PyTorch ignores.
    /// </summary>
    public const string MetadataEntry = PthZip.MetadataEntry;

    private const int Chunk = 1 << 20;

    private PthFile(
        IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string> metadata, IReadOnlyList<UnreadTensor> leftOut)
    {
        Tensors = tensors;
        Metadata = metadata;
        LeftOut = leftOut;
    }

    /// <summary>
    /// The tensors by name, on the CPU. Where dictionaries are nested, their keys are joined by dots:
    /// <c>state_dict.conv1.weight</c>. Those that share memory in the file share it here. Owned by this object.
    /// </summary>
    public IReadOnlyDictionary<string, Tensor> Tensors { get; }

    /// <summary>The text entries that this program added.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <inheritdoc/>
    IReadOnlyList<UnreadTensor> IWeightsFile.LeftOut => LeftOut;

    private IReadOnlyList<UnreadTensor> LeftOut { get; }

    /// <summary>
    /// Writes a state dict that <c>torch.load</c> reads, with <c>weights_only=True</c> too: whole or not at all, in the
    /// given order, byte for byte the same for the same tensors.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="tensors">Each becomes a storage of its own.</param>
    /// <param name="metadata">Text entries, which PyTorch passes over.</param>
    /// <exception cref="ArgumentException">PyTorch's format, as it is written here, has no such type.</exception>
    public static void Write(
        string path,
        IReadOnlyList<KeyValuePair<string, Tensor>> tensors,
        IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        AtomicFile.Write(path, stream => PthWriter.Write(stream, tensors, metadata));
    }

    /// <summary>Reads a whole file.</summary>
    /// <exception cref="DataException">
    /// The file is missing, cut short, damaged, or not of PyTorch; or it asks for what runs programs.
    /// </exception>
    public static PthFile Read(string path)
    {
        if (!File.Exists(path))
        {
            throw new DataException($"{path}: there is no such file; expected a PyTorch checkpoint");
        }

        try
        {
            using FileStream stream = RegularFile.OpenRead(path);
            using IPthSource source = stream.ReadByte() == 'P' ? new PthZip(stream, path) : new PthLegacy(Rewind(stream), path);
            PthState state = PthState.Find(source.Root, path);
            return new PthFile(Load(source, state.Tensors, stream.Length, path), source.Metadata, state.LeftOut);
        }
        catch (Exception error) when (error is IOException or InvalidDataException or NotSupportedException or UnauthorizedAccessException or ArgumentException or OverflowException or ExternalException)
        {
            throw new DataException($"{path}: it cannot be read as a PyTorch checkpoint ({error.Message}). Is it whole?", error);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => DisposeAll(Tensors);

    private static FileStream Rewind(FileStream stream)
    {
        stream.Position = 0;
        return stream;
    }

    private static Dictionary<string, Tensor> Load(IPthSource source, IReadOnlyDictionary<string, PthTensor> found, long fileLength, string path)
    {
        var tensors = new Dictionary<string, Tensor>();
        long left = fileLength;
        try
        {
            foreach (IGrouping<PthStorage, KeyValuePair<string, PthTensor>> sharing in found.GroupBy(t => t.Value.Storage with { Begin = 0 }))
            {
                left -= sharing.Key.Bytes;
                if (left < 0)
                {
                    throw new DataException($"{path}: its tensors claim more bytes than the {fileLength} of the file; it is damaged or tampered with");
                }

                using Tensor numbers = Numbers(source, sharing.Key, path);
                foreach ((string name, PthTensor tensor) in sharing)
                {
                    tensors[name] = tensor.View(numbers).DetachFromDisposeScope();
                }
            }

            return found.Keys.ToDictionary(name => name, name => tensors[name]);
        }
        catch
        {
            DisposeAll(tensors);
            throw;
        }
    }

    private static Tensor Numbers(IPthSource source, PthStorage storage, string path)
    {
        (Stream stream, uint? checksum) = source.Open(storage);
        Tensor numbers = empty(storage.Count, storage.Type!.Value, CPU).DetachFromDisposeScope();
        try
        {
            var sum = new Crc32();
            for (long done = 0; done < storage.Count; done += Chunk)
            {
                using Tensor part = numbers.narrow(0, done, Math.Min(Chunk, storage.Count - done));
                stream.ReadExactly(part.bytes);
                if (checksum is not null)
                {
                    sum.Append(part.bytes);
                }
            }

            return checksum is null || checksum == sum.Value
                ? numbers
                : throw new DataException($"{path}: the file is damaged: the checksum of storage '{storage.Key}' differs");
        }
        catch
        {
            numbers.Dispose();
            throw;
        }
    }

    private static void DisposeAll(IReadOnlyDictionary<string, Tensor> tensors)
    {
        foreach (Tensor tensor in tensors.Values)
        {
            tensor.Dispose();
        }
    }
}

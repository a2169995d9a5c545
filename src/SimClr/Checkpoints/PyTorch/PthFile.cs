using System.Runtime.InteropServices;
using SimClr.Internals;
using static TorchSharp.torch;

namespace SimClr.Checkpoints;

/// <summary>
/// Named tensors in a file of PyTorch's <c>torch.save</c> (<c>.pth</c>, <c>.pt</c>, <c>.ckpt</c>), in its current or
/// legacy format. Such files are programs, but this reader understands only descriptions of weights and never executes
/// anything: other objects become empty placeholders, and names whose purpose is to run code are rejected. Memory is
/// bounded by the size of the file.
/// </summary>
public sealed class PthFile : IWeightsFile
{
    /// <summary>
    /// The name, below the archive's folder, of the entry with <see cref="Metadata"/>, which PyTorch ignores.
    /// </summary>
    public const string MetadataEntry = PthZip.MetadataEntry;

    private const int Chunk = 1 << 20;

    private PthFile(
        IReadOnlyDictionary<string, Tensor> tensors,
        IReadOnlyDictionary<string, string> metadata,
        IReadOnlyList<UnreadTensor> leftOut)
    {
        Tensors = tensors;
        Metadata = metadata;
        LeftOut = leftOut;
    }

    /// <summary>
    /// The tensors by name, on the CPU. The keys of nested dictionaries are joined by dots:
    /// <c>state_dict.conv1.weight</c>. Tensors that share memory in the file share it here. Owned by this object.
    /// </summary>
    public IReadOnlyDictionary<string, Tensor> Tensors { get; }

    /// <summary>The text entries that this library added, by name.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <inheritdoc/>
    IReadOnlyList<UnreadTensor> IWeightsFile.LeftOut => LeftOut;

    private IReadOnlyList<UnreadTensor> LeftOut { get; }

    /// <summary>
    /// Writes a state dict that <c>torch.load</c> reads, including with <c>weights_only=True</c>. The file is written
    /// completely or not at all. Tensors keep the given order, and the same tensors always produce the same bytes.
    /// </summary>
    /// <param name="path">The path of the file.</param>
    /// <param name="tensors">The tensors by name. Each is written as a separate storage.</param>
    /// <param name="metadata">Text entries, which PyTorch ignores.</param>
    /// <exception cref="ArgumentException">The type of a tensor is not supported in the written format.</exception>
    public static void Write(
        string path,
        IReadOnlyList<KeyValuePair<string, Tensor>> tensors,
        IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        AtomicFile.Write(path, stream => PthWriter.Write(stream, tensors, metadata));
    }

    /// <summary>Reads a file.</summary>
    /// <exception cref="DataException">
    /// The file is missing, cut short, damaged, or not a PyTorch file, or it contains a name whose purpose is to run
    /// code.
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
            using IPthSource source = stream.ReadByte() == 'P'
                ? new PthZip(stream, path)
                : new PthLegacy(Rewind(stream), path);
            PthState state = PthState.Find(source.Root, path);
            return new PthFile(Load(source, state.Tensors, stream.Length, path), source.Metadata, state.LeftOut);
        }
        catch (Exception error) when (error is IOException or InvalidDataException or NotSupportedException
            or UnauthorizedAccessException or ArgumentException or OverflowException or ExternalException)
        {
            throw new DataException(
                $"{path}: it cannot be read as a PyTorch checkpoint ({error.Message}). Is the file complete?", error);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => DisposeAll(Tensors);

    private static FileStream Rewind(FileStream stream)
    {
        stream.Position = 0;
        return stream;
    }

    private static Dictionary<string, Tensor> Load(
        IPthSource source, IReadOnlyDictionary<string, PthTensor> found, long fileLength, string path)
    {
        var tensors = new Dictionary<string, Tensor>();
        long left = fileLength;
        try
        {
            foreach (IGrouping<PthStorage, KeyValuePair<string, PthTensor>> sharing in found.GroupBy(
                t => t.Value.Storage with { Begin = 0 }))
            {
                left -= sharing.Key.Bytes;
                if (left < 0)
                {
                    throw new DataException(
                        $"{path}: its tensors claim more than the file's {fileLength} bytes; "
                            + "it is damaged or has been tampered with");
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
                : throw new DataException(
                    $"{path}: the file is damaged: the checksum of storage '{storage.Key}' differs");
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

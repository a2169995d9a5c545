using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using SimClr.Checkpoints;
using SimClr.Internals;

namespace SimClr.Embeddings;

/// <summary>
/// Embeddings as tensors: <c>embeddings</c> [rows, dimension], and, if known, <c>widths</c>, <c>heights</c> (I32) and
/// <c>labels</c> (I64) [rows]. The paths are concatenated UTF-8 in <c>paths</c> (U8), row i from <c>path_offsets</c>[i]
/// to [i + 1] (I64, rows + 1). The metadata entry <c>class_names</c> is a JSON array.
/// </summary>
internal sealed class SafetensorsFormat : IEmbeddingFormat
{
    internal const string Matrix = "embeddings";
    internal const string Widths = "widths";
    internal const string Heights = "heights";
    internal const string Labels = "labels";
    internal const string Paths = "paths";
    internal const string PathOffsets = "path_offsets";
    internal const string ClassNames = "class_names";

    private static readonly (string Name, StoredType Type)[] Types =
        [("F32", StoredType.Float32), ("F64", StoredType.Float64), ("F16", StoredType.Float16), (
            "BF16", StoredType.BFloat16)];

    /// <inheritdoc/>
    public string Extension => ".safetensors";

    /// <inheritdoc/>
    public EmbeddingTable Read(string path)
    {
        using FileStream stream = RegularFile.OpenRead(path);
        SafetensorsParts parts = SafetensorsParts.Read(stream, path);
        if (!parts.Has(Matrix))
        {
            throw new DataException(
                $"{path}: got the tensors {parts.NamesText}, expected one named '{Matrix}'; "
                    + "is it a checkpoint or an encoder rather than embeddings?");
        }

        TensorEntry matrix = parts[Matrix];
        int type = Array.FindIndex(Types, t => t.Name == matrix.Type);
        if (type < 0)
        {
            throw new DataException(
                $"{path}: '{Matrix}' is of type {matrix.Type}, expected one of "
                    + $"{string.Join(", ", Types.Select(t => t.Name))}");
        }

        (int rows, int dimension) = StoredNumbers.Matrix(matrix.Shape, path);
        parts.Require(Matrix, StoredNumbers.Size(Types[type].Type), rows, dimension);
        stream.Position = matrix.Begin;
        float[] values = StoredNumbers.Read(stream, rows, dimension, Types[type].Type, path);
        string[] paths = parts.Has(Paths) ? ReadPaths(parts, rows, path) : RowDescriptions.Numbered(path, rows);
        int[]? labels = parts.Has(Labels)
            ? [.. parts.Integers(Labels, "I64", rows).Select(label => Label(label, path))]
            : null;
        string[]? names = labels is null ? null : Names(parts, labels, path);
        return new EmbeddingTable(
            values, dimension, paths, labels, names, Sizes(parts, Widths, rows), Sizes(parts, Heights, rows));
    }

    /// <inheritdoc/>
    public void Write(string path, EmbeddingRows rows)
    {
        long pathBytes = rows.Blocks().Sum(block => block.Paths.Sum(text => (long)Encoding.UTF8.GetByteCount(text)));
        (string Name, string Type, long[] Shape, long Bytes)[] tensors =
        [
            .. rows.HasLabels
                ? [(Labels, "I64", [rows.Count], 8 * rows.Count)]
                : Array.Empty<(string, string, long[], long)>(),
            (PathOffsets, "I64", [rows.Count + 1], 8 * (rows.Count + 1)),
            (Matrix, "F32", [rows.Count, rows.Dimension], 4 * rows.Count * rows.Dimension),
            .. rows.HasSizes
                ? [(Widths, "I32", [rows.Count], 4 * rows.Count), (Heights, "I32", [rows.Count], 4 * rows.Count)]
                : Array.Empty<(string, string, long[], long)>(),
            (Paths, "U8", [pathBytes], pathBytes),
        ];
        AtomicFile.Write(path, stream =>
        {
            byte[] header = Header(tensors, rows.ClassNames);
            var length = new byte[8];
            BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
            stream.Write(length);
            stream.Write(header);
            var places = new Dictionary<string, long>();
            long next = stream.Position;
            foreach ((string name, _, _, long bytes) in tensors)
            {
                places[name] = next;
                next += bytes;
            }

            WriteBlocks(stream, rows, places);
        });
    }

    // All tensors are written in parallel, so that the rows are enumerated once.
    private static void WriteBlocks(Stream stream, EmbeddingRows rows, Dictionary<string, long> places)
    {
        long offset = 0;
        Append(PathOffsets, new byte[8]);
        foreach (EmbeddingTable block in rows.Blocks())
        {
            byte[][] paths = [.. block.Paths.Select(Encoding.UTF8.GetBytes)];
            long[] offsets = [.. paths.Select(path => offset += path.Length)];
            Append(PathOffsets, MemoryMarshal.AsBytes(offsets.AsSpan()));
            Append(Matrix, MemoryMarshal.AsBytes(block.Values.AsSpan()));
            Append(Paths, paths.SelectMany(path => path).ToArray());
            Append(Labels, MemoryMarshal.AsBytes((block.Labels ?? []).Select(label => (long)label).ToArray().AsSpan()));
            Append(Widths, MemoryMarshal.AsBytes((block.Widths ?? []).ToArray().AsSpan()));
            Append(Heights, MemoryMarshal.AsBytes((block.Heights ?? []).ToArray().AsSpan()));
        }

        void Append(string name, ReadOnlySpan<byte> bytes)
        {
            if (bytes.Length > 0)
            {
                stream.Position = places[name];
                stream.Write(bytes);
                places[name] += bytes.Length;
            }
        }
    }

    private static byte[] Header(
        (string Name, string Type, long[] Shape, long Bytes)[] tensors, IReadOnlyList<string>? classNames)
    {
        var header = new Dictionary<string, object>
        {
            ["__metadata__"] = classNames is null
                ? new Dictionary<string, string> { ["format"] = "pt" }
                : new Dictionary<string, string>
                {
                    ["format"] = "pt",
                    [ClassNames] = JsonSerializer.Serialize(classNames, Json.Compact),
                },
        };
        long offset = 0;
        foreach ((string name, string type, long[] shape, long bytes) in tensors)
        {
            header[name] = new Dictionary<string, object>
            {
                ["dtype"] = type,
                ["shape"] = shape,
                ["data_offsets"] = new[] { offset, offset + bytes },
            };
            offset += bytes;
        }

        string text = JsonSerializer.Serialize(header, Json.Compact);
        int length = Encoding.UTF8.GetByteCount(text);
        return Encoding.UTF8.GetBytes(text + new string(' ', (8 - (length % 8)) % 8));
    }

    private static int[]? Sizes(SafetensorsParts parts, string name, int rows)
        => parts.Has(Widths) && parts.Has(Heights) ? [.. parts.Integers(name, "I32", rows).Select(n => (int)n)] : null;

    private static string[] ReadPaths(SafetensorsParts parts, int rows, string file)
    {
        byte[] text = parts.Bytes(Paths);
        long[] offsets = parts.Integers(PathOffsets, "I64", rows + 1L);
        if (offsets[0] != 0
            || offsets[^1] != text.Length
            || offsets.Zip(offsets.Skip(1)).Any(pair => pair.Second < pair.First))
        {
            throw new DataException($"{file}: '{PathOffsets}' does not match '{Paths}': the file is damaged");
        }

        return [.. Enumerable.Range(0, rows)
            .Select(row => Encoding.UTF8.GetString(text, (int)offsets[row], (int)(offsets[row + 1] - offsets[row])))];
    }

    private static int Label(long label, string file)
        => label is >= 0 and < int.MaxValue ? (int)label
            : throw new DataException($"{file}: got the label {label}, expected 0 or more");

    private static string[]? Names(SafetensorsParts parts, int[] labels, string file)
    {
        if (!parts.Metadata.TryGetValue(ClassNames, out string? json))
        {
            return null;
        }

        try
        {
            string[] names = JsonSerializer.Deserialize<string[]>(json, Json.Plain) ?? [];
            return labels.Max() < names.Length
                ? names
                : throw new DataException(
                    $"{file}: got the label {labels.Max()}, expected less than "
                        + $"{names.Length}, the number of class names");
        }
        catch (JsonException error)
        {
            throw new DataException(
                $"{file}: the metadata entry '{ClassNames}' is not a JSON array of names ({Json.ReasonOf(error)})",
                error);
        }
    }
}

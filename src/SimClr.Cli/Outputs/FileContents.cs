using System.IO.Compression;
using System.Text;
using System.Text.Json;
using SimClr.Checkpoints;
using SimClr.Cli.Reports;
using SimClr.Embeddings;

namespace SimClr.Cli.Outputs;

/// <summary>
/// Recognizes files written by simclr by their content, as cheaply as possible. An unrecognized file is not replaced,
/// so when in doubt, the answer is no.
/// </summary>
internal static class FileContents
{
    /// <summary>The beginning of a list of predictions in JSON.</summary>
    public const string PredictionStart = "{\"made_by\":\"simclr classify\",";

    private const int MaxLineBytes = 1 << 12;
    private const int MaxHeaderBytes = 1 << 26;

    /// <summary>
    /// Returns the first line of a text file, without a byte order mark or line break; null if the file is not text.
    /// </summary>
    public static string? FirstLineOf(string file)
    {
        byte[] start = Start(file, MaxLineBytes);
        ReadOnlySpan<byte> text = start.AsSpan();
        text = text.StartsWith(Encoding.UTF8.Preamble) ? text[3..] : text;
        int end = text.IndexOf((byte)'\n');
        return text.Contains((byte)0) ? null : Encoding.UTF8.GetString(end < 0 ? text : text[..end]).TrimEnd('\r');
    }

    /// <summary>Whether a table begins with the given columns.</summary>
    public static bool HasColumns(string file, string columns)
        => FirstLineOf(file) is { } line
            && (line == columns || line.StartsWith($"{columns},", StringComparison.Ordinal));

    /// <summary>
    /// Whether a file has exactly the columns of a label list, including the forms saved by spreadsheets: quoted, or
    /// separated by semicolons or tabs.
    /// </summary>
    public static bool IsLabels(string file)
        => FirstLineOf(file)?.Split(',', ';', '\t').Select(name => name.Trim('"', ' ').ToLowerInvariant()) is { } names
            && string.Join(',', names) is "path,label" or "path,label,guess";

    public static bool IsPage(string file)
        => Start(file, 2 * HtmlReport.Beginning.Length)
            .AsSpan()
            .StartsWith(Encoding.UTF8.GetBytes(HtmlReport.Beginning));

    public static bool IsPicture(string file) => Png.IsMarked(Start(file, Png.MarkedLength));

    /// <summary>Whether a file is a chart by <see cref="SvgDrawing.ForFile"/>.</summary>
    public static bool IsChart(string file)
    {
        string start = Encoding.UTF8.GetString(Start(file, MaxLineBytes));
        return start.StartsWith("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 ", StringComparison.Ordinal)
            && start.Contains(" role=\"img\" aria-label=\"", StringComparison.Ordinal)
            && start.Contains("<metadata>", StringComparison.Ordinal);
    }

    public static bool IsSkippedList(string file) => FirstLineOf(file) is { } line
        && (line.Length == 0 || line.StartsWith("{\"path\":", StringComparison.Ordinal));

    /// <summary>
    /// Whether a file is a matrix with a companion file of row descriptions; <c>simclr embed</c> always writes both.
    /// </summary>
    public static bool IsMatrix(string file)
        => Start(file, MaxLineBytes).AsSpan().StartsWith((ReadOnlySpan<byte>)[0x93, .. "NUMPY"u8])
            && File.Exists(EmbeddingFile.CompanionOf(file));

    public static bool IsEmbeddingText(string file)
        => HasColumns(file, "path,width,height") && FirstLineOf(file)!.Split(',').Contains("e0");

    public static bool IsEmbeddingTensors(string file)
        => Header(file) is { } header && Has(header, "embeddings") && Has(header, "path_offsets");

    /// <summary>
    /// Whether a file holds weights that name their encoder; a training checkpoint holds more than that.
    /// </summary>
    public static bool IsEncoderTensors(string file)
        => Header(file) is { } header && header.TryGetProperty("__metadata__", out JsonElement entries)
            && Has(entries, "encoder") && Has(entries, "views") && !Has(entries, "step") && !Has(entries, "classifier");

    /// <summary>Whether a file is a classifier: an encoder and the layer on it.</summary>
    public static bool IsClassifier(string file)
        => Header(file) is { } header && header.TryGetProperty("__metadata__", out JsonElement entries)
            && Has(entries, "encoder") && Has(entries, "classifier");

    /// <summary>Whether a file is a list of predictions in JSON, which begins with its origin.</summary>
    public static bool IsPredictionJson(string file)
        => Start(file, PredictionStart.Length).AsSpan().SequenceEqual(Encoding.UTF8.GetBytes(PredictionStart));

    public static bool IsEncoderZip(string file)
    {
        try
        {
            using ZipArchive zip = ZipFile.OpenRead(file);
            return zip.GetEntry($"archive/{PthFile.MetadataEntry}") is not null;
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }

    /// <summary>
    /// Whether the Parquet footer, which precedes its length and the format name at the end of the file, names the
    /// columns.
    /// </summary>
    public static bool IsEmbeddingColumns(string file) => HasParquetColumns(file, "path", "embedding");

    /// <summary>Whether a Parquet file has the columns of predictions.</summary>
    public static bool IsPredictionColumns(string file) => HasParquetColumns(file, "path", "probability", "unknown");

    private static bool HasParquetColumns(string file, params string[] names)
    {
        using FileStream stream = Open(file);
        byte[] end = new byte[8];
        if (stream.Length < 12)
        {
            return false;
        }

        stream.Position = stream.Length - end.Length;
        stream.ReadExactly(end);
        int length = BitConverter.ToInt32(end);
        if (!end.AsSpan(4).SequenceEqual("PAR1"u8)
            || length < 0
            || length > Math.Min(MaxHeaderBytes, stream.Length - end.Length))
        {
            return false;
        }

        byte[] footer = new byte[length];
        stream.Position = stream.Length - end.Length - length;
        stream.ReadExactly(footer);
        return names.All(name => footer.AsSpan().IndexOf(Encoding.UTF8.GetBytes(name)) >= 0);
    }

    /// <summary>Whether the first fields of the model are the format version and the producer name.</summary>
    public static bool IsOnnxModel(string file)
    {
        byte[] start = Start(file, 16);
        return start.Length > 10 && start[0] == 0x08 && start.AsSpan(2).StartsWith("\x12\x06simclr"u8);
    }

    public static bool IsBenchTable(string file)
        => Encoding.UTF8.GetString(Start(file, MaxLineBytes))
            .Contains(Bench.BenchReport.MarkdownColumns, StringComparison.Ordinal);

    private static bool Has(JsonElement element, string name)
        => element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out _);

    /// <summary>Returns the header of a safetensors file; null for any other file.</summary>
    private static JsonElement? Header(string file)
    {
        using FileStream stream = Open(file);
        byte[] length = new byte[8];
        if (stream.ReadAtLeast(length, 8, throwOnEndOfStream: false) < 8
            || BitConverter.ToInt64(length) is not (> 1 and < MaxHeaderBytes)
            || BitConverter.ToInt64(length) > stream.Length - 8)
        {
            return null;
        }

        byte[] header = new byte[BitConverter.ToInt64(length)];
        stream.ReadExactly(header);
        try
        {
            using JsonDocument document = JsonDocument.Parse(header);
            return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static byte[] Start(string file, int max)
    {
        using FileStream stream = Open(file);
        byte[] bytes = new byte[max];
        return bytes[..stream.ReadAtLeast(bytes, max, throwOnEndOfStream: false)];
    }

    private static FileStream Open(string file)
        => new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
}

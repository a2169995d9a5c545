using SimClr.Internals;

namespace SimClr.Embeddings;

/// <summary>
/// Reading and writing of embeddings files. The extension determines the format:
/// <list type="bullet">
/// <item><c>.npy</c>: the matrix only, float32, rows × dimension. The path, width, height and label of each row are in
/// <c>FILE.npy.csv</c> beside it, which is optional for reading.</item>
/// <item><c>.csv</c>: the columns <c>path,width,height,label,e0,e1,…</c>; width, height and label are optional.</item>
/// <item><c>.safetensors</c>: the tensor <c>embeddings</c>, and <c>widths</c>, <c>heights</c>, <c>labels</c>,
/// <c>paths</c> (UTF-8 bytes) with <c>path_offsets</c>; class names as a JSON array in the metadata entry
/// <c>class_names</c>.</item>
/// </list>
/// </summary>
public static class EmbeddingFile
{
    private static readonly IEmbeddingFormat[] BuiltIn = [new NpyFormat(), new CsvFormat(), new SafetensorsFormat()];

    /// <summary>Reads an embeddings file, written by this library or another program.</summary>
    /// <param name="path">The path of the file.</param>
    /// <param name="others">Additional formats.</param>
    /// <exception cref="ConfigurationException">No format has the extension of the file.</exception>
    /// <exception cref="DataException">
    /// The file does not exist, is not in the expected format, is cut short, or contains a value that is not finite.
    /// </exception>
    public static EmbeddingTable Read(string path, params IEmbeddingFormat[] others)
    {
        IEmbeddingFormat format = FormatOf(path, others);
        RequireFile(path, format.Extension);
        try
        {
            EmbeddingTable table = format.Read(path);
            RequireFinite(table, path);
            return table;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"{path} cannot be read: {error.Message}", error);
        }
    }

    /// <summary>Writes a table. The file is written completely or not at all.</summary>
    /// <param name="path">The path of the file. Its extension determines the format.</param>
    /// <param name="table">A table of at least one row.</param>
    /// <param name="others">Additional formats.</param>
    /// <exception cref="ConfigurationException">No format has the extension of the file.</exception>
    /// <exception cref="IOException">The file cannot be written; for example, the disk is full.</exception>
    public static void Write(string path, EmbeddingTable table, params IEmbeddingFormat[] others)
    {
        IEmbeddingFormat format = FormatOf(path, others);
        ArgumentNullException.ThrowIfNull(table);
        ArgumentOutOfRangeException.ThrowIfZero(table.Count, nameof(table));
        format.Write(path, EmbeddingRows.FromTable(table));
    }

    /// <summary>
    /// Returns the companion of an embeddings file: <c>FILE.npy.csv</c> for <c>FILE.npy</c>, null for the other
    /// formats.
    /// </summary>
    /// <param name="path">The path of an embeddings file, which need not exist.</param>
    public static string? CompanionOf(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return path.EndsWith(".npy", StringComparison.OrdinalIgnoreCase) ? NpyFormat.CompanionOf(path) : null;
    }

    /// <summary>Returns the format of a file according to its extension.</summary>
    /// <param name="path">The path of the file.</param>
    /// <param name="others">Additional formats.</param>
    /// <exception cref="ConfigurationException">No format has the extension of the file.</exception>
    public static IEmbeddingFormat FormatOf(string path, IReadOnlyList<IEmbeddingFormat> others)
    {
        ArgumentNullException.ThrowIfNull(path);
        IEmbeddingFormat[] all = [.. BuiltIn, .. others];
        string extension = Path.GetExtension(path).ToLowerInvariant();
        string[] known = [.. all.Select(format => format.Extension)];
        return all.FirstOrDefault(format => format.Extension == extension) ?? throw new ConfigurationException(
            $"'{path}': got a file that ends in '{extension}', expected an embeddings file that ends in one of "
                + $"{string.Join(", ", known)}{DidYouMean.Hint(extension, known)}");
    }

    /// <exception cref="DataException">The file does not exist or is not a regular file.</exception>
    internal static void RequireFile(string path, string extension)
    {
        if (Directory.Exists(path))
        {
            throw new DataException($"{path} is a folder, expected an embeddings file ({extension})");
        }

        if (!File.Exists(path))
        {
            throw new DataException(
                $"there is no embeddings file {path} (looked for {Path.GetFullPath(path)}); "
                    + $"EmbeddingTask.Run({path}) writes one");
        }

        if (RegularFile.SpecialKind(path) is { } kind)
        {
            throw new DataException($"{path} is {kind}, expected an embeddings file ({extension})");
        }
    }

    private static void RequireFinite(EmbeddingTable table, string path)
    {
        int wrong = Array.FindIndex(table.Values, value => !float.IsFinite(value));
        if (wrong >= 0)
        {
            int row = wrong / table.Dimension;
            throw new DataException(
                $"{path}: row {row} ({table.Paths[row]}) holds {table.Values[wrong]} at index "
                    + $"{wrong % table.Dimension}, expected finite numbers; remove the row or embed again");
        }
    }
}

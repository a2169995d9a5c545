using SimClr.Cli.Outputs;
using SimClr.Embeddings;
using SimClr.Store;

namespace SimClr.Cli.Verbs;

/// <summary>
/// The input of the verbs that work on embeddings: a file in any format written by <c>simclr embed</c>, or an index.
/// </summary>
internal static class EmbeddingsInputs
{
    /// <summary>
    /// Reads <c>.npy</c>, <c>.csv</c>, <c>.safetensors</c> or <c>.parquet</c> by extension, or an index created by
    /// <c>simclr index</c> by its first bytes. All values are finite.
    /// </summary>
    /// <param name="path">The path as typed.</param>
    /// <param name="note">Receives the row that prevents the table from having labels, if there is one.</param>
    /// <exception cref="ConfigurationException">The extension is not supported.</exception>
    /// <exception cref="DataException">The file is missing or damaged.</exception>
    internal static EmbeddingTable Read(string path, Action<string> note)
    {
        EmbeddingTable table = Read(path);
        if (table.NoLabelsReason is { } reason)
        {
            note($"note: {path}: {reason}; its rows are treated as unlabeled");
        }

        return table;
    }

    /// <summary>Whether a path is an embeddings file or an index, rather than images or a manifest of images.</summary>
    public static bool IsFile(string path)
        => File.Exists(path)
            && (SqliteImageCollection.IsIndex(path)
                || Path.GetExtension(path).ToLowerInvariant() is ".npy" or ".safetensors" or ".parquet"
                || FileContents.FirstLineOf(path)?.Split(',').Contains("e0") == true);

    /// <summary>Reads the same formats without a note on labels.</summary>
    internal static EmbeddingTable Read(string path)
    {
        if (!SqliteImageCollection.IsIndex(path))
        {
            return EmbeddingFile.Read(path, EmbeddingFormats.Others);
        }

        using var index = new SqliteImageCollection(path);
        return index.ReadTable();
    }
}

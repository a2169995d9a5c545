using SimClr.Embeddings;
using SimClr.Store;

namespace SimClr.Cli.Verbs;

/// <summary>What verbs that work on embeddings read: a file in any of the formats that <c>simclr embed</c> writes.</summary>
internal static class EmbeddingsInputs
{
    /// <summary>Reads <c>.npy</c>, <c>.csv</c>, <c>.safetensors</c> or <c>.parquet</c>, by extension, or an index that <c>simclr index</c> made, by its first bytes; every number in it is finite.</summary>
    /// <param name="path">What the user typed.</param>
    /// <param name="note">Told which row keeps the others from having labels, if one does.</param>
    /// <exception cref="ConfigurationException">Another extension.</exception>
    /// <exception cref="DataException">There is no such file, or it is damaged.</exception>
    internal static EmbeddingTable Read(string path, Action<string> note)
    {
        EmbeddingTable table = Read(path);
        if (table.NoLabelsReason is { } reason)
        {
            note($"note: {path}: {reason}; its rows are treated as unlabeled");
        }

        return table;
    }

    /// <summary>The same, without a word on labels.</summary>
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

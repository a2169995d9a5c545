using SimClr.Embeddings;

namespace SimClr.Cli.Embeddings;

/// <summary>What verbs that work on embeddings read: a file in any of the formats that <c>simclr embed</c> writes.</summary>
internal static class EmbeddingsInput
{
    /// <summary>Reads <c>.npy</c>, <c>.csv</c>, <c>.safetensors</c> or <c>.parquet</c>, by extension; every number in it is finite.</summary>
    /// <param name="path">What the user typed.</param>
    /// <exception cref="ConfigurationException">Another extension.</exception>
    /// <exception cref="DataException">There is no such file, or it is damaged.</exception>
    internal static EmbeddingTable Read(string path) => EmbeddingFile.Read(path, EmbeddingFormats.Others);
}

namespace SimClr.Embeddings;

/// <summary>
/// A file format for embeddings. The library supports <c>.npy</c>, <c>.csv</c> and <c>.safetensors</c>. Formats that
/// need additional packages are passed to <see cref="EmbeddingFile"/> by the caller.
/// </summary>
public interface IEmbeddingFormat
{
    /// <summary>The file extension, with the dot, in lower case: <c>.npy</c>.</summary>
    string Extension { get; }

    /// <summary>
    /// Reads a file. <see cref="EmbeddingFile.Read"/> has already checked that it exists, and checks the values
    /// afterward.
    /// </summary>
    /// <param name="path">The path of the file.</param>
    /// <exception cref="DataException">The file is cut short, damaged, or in a different format.</exception>
    EmbeddingTable Read(string path);

    /// <summary>
    /// Writes a file, completely or not at all, in memory that does not grow with the number of rows. Equal rows
    /// produce equal bytes.
    /// </summary>
    /// <param name="path">The path of the file.</param>
    /// <param name="rows">The rows to write. They may be enumerated more than once.</param>
    /// <exception cref="IOException">The file cannot be written; for example, the disk is full.</exception>
    void Write(string path, EmbeddingRows rows);
}

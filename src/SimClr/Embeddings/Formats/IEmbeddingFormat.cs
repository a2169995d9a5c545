namespace SimClr.Embeddings;

/// <summary>
/// A file format for embeddings. The library has <c>.npy</c>, <c>.csv</c> and <c>.safetensors</c>; others, which hang on
/// packages of their own, are handed to <see cref="EmbeddingFile"/> by those who want them.
/// </summary>
public interface IEmbeddingFormat
{
    /// <summary>By which a file is known, with the dot, in lower case: <c>.npy</c>.</summary>
    string Extension { get; }

    /// <summary>Reads a whole file. <see cref="EmbeddingFile.Read"/> has looked that it is there, and checks the numbers.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="DataException">It is cut short, damaged, or something else.</exception>
    EmbeddingTable Read(string path);

    /// <summary>Writes a file, whole or not at all, in memory that does not grow with the rows. Equal rows give equal bytes.</summary>
    /// <param name="path">The file.</param>
    /// <param name="rows">What it is to hold; may be gone through more than once.</param>
    /// <exception cref="IOException">It cannot be written: the disk may be full.</exception>
    void Write(string path, EmbeddingRows rows);
}

using SimClr.Embeddings;
using SimClr.Parquet;

namespace SimClr.Cli.Verbs;

/// <summary>The formats that the command line has beyond the library's own.</summary>
internal static class EmbeddingFormats
{
    public static IEmbeddingFormat[] Others => [new ParquetFormat()];
}

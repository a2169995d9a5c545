using SimClr.Embeddings;
using SimClr.Parquet;

namespace SimClr.Cli.Verbs;

/// <summary>The formats of the command line in addition to those of the library.</summary>
internal static class EmbeddingFormats
{
    public static IEmbeddingFormat[] Others => [new ParquetFormat()];
}

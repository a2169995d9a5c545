using Microsoft.Extensions.VectorData;

namespace SimClr.Store;

/// <summary>An image in an index.</summary>
public sealed class ImageRecord
{
    /// <summary>The path of the file or of a member of an archive: the key.</summary>
    [VectorStoreKey]
    public required string Path { get; init; }

    /// <summary>The width in pixels, or null if unknown.</summary>
    [VectorStoreData]
    public int? Width { get; init; }

    /// <summary>The height in pixels, or null if unknown.</summary>
    [VectorStoreData]
    public int? Height { get; init; }

    /// <summary>The class name, or null if there is none.</summary>
    [VectorStoreData]
    public string? Label { get; init; }

    /// <summary>The representation, of any length; empty if not requested.</summary>
    public ReadOnlyMemory<float> Vector { get; init; }

    /// <summary>
    /// Returns the definition of these records for other stores with the same interface. It depends on the
    /// dimension, which varies between indexes.
    /// </summary>
    /// <param name="dimension">The number of values per vector.</param>
    public static VectorStoreCollectionDefinition DefinitionFor(int dimension) => new()
    {
        Properties =
        [
            new VectorStoreKeyProperty(nameof(Path), typeof(string)),
            new VectorStoreDataProperty(nameof(Width), typeof(int?)),
            new VectorStoreDataProperty(nameof(Height), typeof(int?)),
            new VectorStoreDataProperty(nameof(Label), typeof(string)),
            new VectorStoreVectorProperty(nameof(Vector), typeof(ReadOnlyMemory<float>), dimension)
            {
                DistanceFunction = DistanceFunction.CosineSimilarity,
            },
        ],
    };
}

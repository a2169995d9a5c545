using Microsoft.Extensions.VectorData;

namespace SimClr.Store;

/// <summary>An image in an index.</summary>
public sealed class ImageRecord
{
    /// <summary>The file, or member of a larger file: the key.</summary>
    [VectorStoreKey]
    public required string Path { get; init; }

    /// <summary>Width in pixels, where it is known.</summary>
    [VectorStoreData]
    public int? Width { get; init; }

    /// <summary>Height in pixels, where it is known.</summary>
    [VectorStoreData]
    public int? Height { get; init; }

    /// <summary>The name of its class, where it has one.</summary>
    [VectorStoreData]
    public string? Label { get; init; }

    /// <summary>Its representation, of any length; empty where it was not asked for.</summary>
    public ReadOnlyMemory<float> Vector { get; init; }

    /// <summary>What other stores behind the same interface need to know of these records: the dimension is not the same in every index.</summary>
    /// <param name="dimension">Numbers per vector.</param>
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

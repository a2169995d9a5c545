namespace SimClr.Embeddings;

/// <summary>The embedding of one image.</summary>
/// <param name="Path">The path of the image, or <c>memory#</c> and its number.</param>
/// <param name="Vector">The representation.</param>
public sealed record EmbeddedImage(string Path, float[] Vector)
{
    /// <summary>The width of the image as decoded, in pixels.</summary>
    public int Width { get; init; }

    /// <summary>The height of the image as decoded, in pixels.</summary>
    public int Height { get; init; }

    /// <summary>The name of the class, or null for a set without labels.</summary>
    public string? Label { get; init; }
}

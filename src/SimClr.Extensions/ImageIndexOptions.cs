namespace SimClr.Extensions;

/// <summary>The image index of a program.</summary>
public sealed class ImageIndexOptions
{
    /// <summary>The path of the file, which is created if it does not exist.</summary>
    public string Path { get; set; } = "";

    /// <summary>
    /// Whether searches compare the query with every vector, even if there is a graph. Default: false.
    /// </summary>
    public bool Exact { get; set; }
}

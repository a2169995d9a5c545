namespace SimClr.Cli.Verbs;

/// <summary>The requested map.</summary>
/// <param name="Method">umap or pca.</param>
/// <param name="Color">label, cluster, or null for whichever is available.</param>
/// <param name="K">The number of clusters; 0 or null for auto.</param>
/// <param name="Neighbors">The number of neighbors that attract an image.</param>
/// <param name="Limit">The maximum number of images on the map.</param>
internal sealed record MapInputs(string Method, string? Color, long? K, int Neighbors, int Limit);

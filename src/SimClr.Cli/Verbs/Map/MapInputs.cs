namespace SimClr.Cli.Verbs;

/// <summary>The requested map.</summary>
/// <param name="Method">umap, tsne or pca.</param>
/// <param name="Color">label, cluster, or null for whichever is available.</param>
/// <param name="K">The number of clusters; 0 or null for auto.</param>
/// <param name="Neighbors">The number of neighbors that attract an image, for umap.</param>
/// <param name="Perplexity">The effective number of neighbors, for tsne.</param>
/// <param name="Limit">The maximum number of images on the map.</param>
/// <param name="Beside">Embeddings of the same images by another layer, to draw beside; null for none.</param>
internal sealed record MapInputs(
    string Method, string? Color, long? K, int Neighbors, double Perplexity, int Limit, string? Beside);

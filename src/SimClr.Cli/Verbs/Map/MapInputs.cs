namespace SimClr.Cli.Verbs;

/// <summary>The map that the user asked for.</summary>
/// <param name="Method">umap or pca.</param>
/// <param name="Color">label, cluster, or null for what there is.</param>
/// <param name="K">Clusters; 0 or null for auto.</param>
/// <param name="Neighbors">That pull at an image.</param>
/// <param name="Limit">Images on the map at most.</param>
internal sealed record MapInputs(string Method, string? Color, long? K, int Neighbors, int Limit);

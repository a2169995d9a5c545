namespace SimClr.Search;

/// <summary>An image found by a search.</summary>
/// <param name="Path">The path of the image.</param>
/// <param name="Similarity">
/// The cosine of the angle between its vector and the query, −1 … 1; 0 if either is all zeros.
/// </param>
public sealed record ImageMatch(string Path, float Similarity);

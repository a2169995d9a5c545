namespace SimClr.Duplicates;

/// <summary>Images that show the same, but for cropping, size, compression or color.</summary>
/// <param name="Representative">The row to keep.</param>
/// <param name="Duplicates">The others, most similar to it first.</param>
public sealed record DuplicateGroup(int Representative, IReadOnlyList<Duplicate> Duplicates);

/// <summary>An image that another one makes superfluous.</summary>
/// <param name="Row">Its row.</param>
/// <param name="Cosine">Of its embedding and that of the image to keep.</param>
public sealed record Duplicate(int Row, double Cosine);

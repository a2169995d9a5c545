namespace SimClr.Duplicates;

/// <summary>Images of the same content, apart from cropping, size, compression or color.</summary>
/// <param name="Representative">The row to keep.</param>
/// <param name="Duplicates">The other rows, most similar to it first.</param>
public sealed record DuplicateGroup(int Representative, IReadOnlyList<Duplicate> Duplicates);

/// <summary>An image that another one makes redundant.</summary>
/// <param name="Row">The row of the image.</param>
/// <param name="Cosine">
/// The cosine of its embedding with that of the image to keep; NaN if no encoder was used.
/// </param>
public sealed record Duplicate(int Row, double Cosine)
{
    /// <summary>
    /// The number of bits in which its perceptual hash differs from that of the image to keep, 0 … 64; null if an image
    /// has no hash or the hashes were not compared.
    /// </summary>
    public int? Distance { get; init; }
}

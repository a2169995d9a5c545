using System.Globalization;
using SimClr.Cli.Reports;
using SimClr.Embeddings;

namespace SimClr.Cli.Verbs;

/// <summary>Makes the pictures of a page, as many as a page can hold.</summary>
internal sealed class Gallery(EmbeddingTable table, RowImages images)
{
    /// <summary>Pictures of a page at most: with them it stays below ten megabytes.</summary>
    public const int MaxPictures = 600;

    private const int Side = 128;

    /// <summary>The picture of a row.</summary>
    /// <param name="row">The row.</param>
    /// <param name="caption">What stands below it.</param>
    /// <param name="marked">Whether it stands out.</param>
    public GalleryImage Picture(int row, string caption, bool marked = false)
    {
        Tile? tile = images.Read(row) is { } image ? Tile.FromImage(image, Side) : null;
        return new GalleryImage(tile, table.Paths[row], caption, marked, images.FileOf(row));
    }

    public static string Cosine(double cosine) => string.Create(CultureInfo.InvariantCulture, $"cosine {cosine:0.000}");
}

using System.Globalization;
using SimClr.Cli.Reports;

namespace SimClr.Cli.Verbs;

/// <summary>Creates the pictures of a page, up to the limit of a page.</summary>
internal sealed class Gallery(IReadOnlyList<string> paths, RowImages images)
{
    /// <summary>The maximum number of pictures per page, which keeps it below ten megabytes.</summary>
    public const int MaxPictures = 600;

    private const int Side = 128;

    /// <summary>Returns the picture of a row.</summary>
    /// <param name="row">The row.</param>
    /// <param name="caption">The caption below the picture.</param>
    /// <param name="marked">Whether the picture is highlighted.</param>
    public GalleryImage Picture(int row, string caption, bool marked = false)
    {
        Tile? tile = images.Read(row) is { } image ? Tile.FromImage(image, Side) : null;
        return new GalleryImage(tile, paths[row], caption, marked, images.FileOf(row));
    }

    public static string Cosine(double cosine) => string.Create(CultureInfo.InvariantCulture, $"cosine {cosine:0.000}");
}

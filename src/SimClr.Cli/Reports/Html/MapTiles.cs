using SimClr.Data;
using SkiaSharp;

namespace SimClr.Cli.Reports;

/// <summary>
/// The thumbnails of all points of a map on a few sheets. As separate files, each would have more overhead than
/// content.
/// </summary>
/// <param name="count">The number of points.</param>
/// <param name="read">Returns the image of a point; null if there is none.</param>
internal sealed class MapTiles(int count, Func<int, RgbImage?> read)
{
    private const int Columns = 32;
    private const int PerSheet = Columns * Columns;

    /// <summary>
    /// The side of a thumbnail, which decreases with the number of points to keep a page below about ten megabytes.
    /// </summary>
    public int Side => count <= 1000 ? 96 : count <= 5000 ? 64 : 32;

    /// <summary>Reads the images and draws the sheets.</summary>
    public MapSheets Draw(IProgress<int> progress, CancellationToken cancel)
    {
        var sheets = new List<byte[]>();
        var sizes = new (int Width, int Height)[count];
        for (int first = 0; first < count; first += PerSheet)
        {
            RgbImage?[] images = new RgbImage?[Math.Min(PerSheet, count - first)];
            int start = first;
            Parallel.For(
                0, images.Length, new ParallelOptions { CancellationToken = cancel }, i => images[i] = read(start + i));
            for (int i = 0; i < images.Length; i++)
            {
                sizes[first + i] = images[i] is { } image ? Thumbnail.Fit(image.Width, image.Height, Side) : (0, 0);
            }

            sheets.Add(Sheet(images, sizes.AsMemory(first, images.Length)));
            progress.Report(first + images.Length);
        }

        return new MapSheets(Side, Columns, PerSheet, sheets, sizes);
    }

    private byte[] Sheet(RgbImage?[] images, ReadOnlyMemory<(int Width, int Height)> sizes)
    {
        int rows = (images.Length + Columns - 1) / Columns;
        return Tile.Encode(Columns * Side, rows * Side, canvas =>
        {
            for (int i = 0; i < images.Length; i++)
            {
                if (images[i] is { } image)
                {
                    (int width, int height) = sizes.Span[i];
                    Thumbnail.Draw(
                        canvas,
                        image,
                        SKRectI.Create(i % Columns * Side, i / Columns * Side, Side, Side),
                        width,
                        height);
                }
            }
        });
    }
}

/// <summary>Sheets of thumbnails.</summary>
/// <param name="Side">The side of the square that a thumbnail fills from its upper left corner.</param>
/// <param name="Columns">The number of squares per row.</param>
/// <param name="PerSheet">The number of squares per sheet.</param>
/// <param name="Jpegs">The sheets as JPEG files.</param>
/// <param name="Sizes">The width and height of each thumbnail; 0 if there is none.</param>
internal sealed record MapSheets(
    int Side, int Columns, int PerSheet, IReadOnlyList<byte[]> Jpegs, IReadOnlyList<(int Width, int Height)> Sizes);

using SimClr.Data;
using SkiaSharp;

namespace SimClr.Cli.Reports;

/// <summary>Small pictures of all points of a map, on a few sheets: one file each would weigh more than its picture.</summary>
/// <param name="count">Points.</param>
/// <param name="read">The image of a point; null where there is none.</param>
internal sealed class MapTiles(int count, Func<int, RgbImage?> read)
{
    private const int Columns = 32;
    private const int PerSheet = Columns * Columns;

    /// <summary>Side of a picture: the more points, the smaller, so that a page stays below about ten megabytes.</summary>
    public int Side => count <= 1000 ? 96 : count <= 5000 ? 64 : 32;

    /// <summary>Reads and draws all of them.</summary>
    public MapSheets Draw(IProgress<int> progress, CancellationToken cancel)
    {
        var sheets = new List<byte[]>();
        var sizes = new (int Width, int Height)[count];
        for (int first = 0; first < count; first += PerSheet)
        {
            RgbImage?[] images = new RgbImage?[Math.Min(PerSheet, count - first)];
            int start = first;
            Parallel.For(0, images.Length, new ParallelOptions { CancellationToken = cancel }, i => images[i] = read(start + i));
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
                    Thumbnail.Draw(canvas, image, SKRectI.Create(i % Columns * Side, i / Columns * Side, Side, Side), width, height);
                }
            }
        });
    }
}

/// <summary>Sheets of small pictures.</summary>
/// <param name="Side">Of the square of each picture, which it fills from the upper left corner.</param>
/// <param name="Columns">Squares side by side.</param>
/// <param name="PerSheet">Squares of a sheet.</param>
/// <param name="Jpegs">The sheets.</param>
/// <param name="Sizes">Width and height of each picture; 0 where there is none.</param>
internal sealed record MapSheets(int Side, int Columns, int PerSheet, IReadOnlyList<byte[]> Jpegs, IReadOnlyList<(int Width, int Height)> Sizes);

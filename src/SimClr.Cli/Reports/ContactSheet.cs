using SimClr.Augmentation;
using SimClr.Data;
using SkiaSharp;

namespace SimClr.Cli.Reports;

/// <summary>
/// A picture of images beside their random views, as pre-training with this seed sees them: views 1 and 2 are the pair
/// of the first epoch, 3 and 4 that of the second, and so on. What each view shows is outlined on the image.
/// </summary>
internal static class ContactSheet
{
    /// <summary>Draws the sheet.</summary>
    /// <param name="images">From these, spread evenly over the set.</param>
    /// <param name="views">How views are made. Normalization is left out: it is not for the eye.</param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="count">Images to show, 1 or more; fewer where the set has fewer that can be read.</param>
    /// <param name="viewsPerImage">Views of each, 1 or more.</param>
    /// <returns>A PNG.</returns>
    /// <exception cref="DataException">No image can be read.</exception>
    public static byte[] Render(ImageDataSet images, ViewOptions views, long seed, int count, int viewsPerImage)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(viewsPerImage);
        List<(int Index, RgbImage Image)> chosen = Choose(images, count);
        var layout = new ContactSheetLayout(views.Size, chosen.Count, viewsPerImage);
        ViewOptions visible = views with { Normalize = "none" };
        var renderer = new ViewRenderer(visible);
        return Png.Draw(layout.Width, layout.Height, canvas =>
        {
            DrawHeads(canvas, layout);
            for (int number = 0; number < chosen.Count; number++)
            {
                (int index, RgbImage image) = chosen[number];
                ViewParameters[] draws =
                [
                    .. Enumerable.Range(0, viewsPerImage).Select(view => ViewParameters.Draw(
                        visible, image.Width, image.Height, seed, epoch: view / 2, index, view % 2)),
                ];
                SKRectI place = Thumbnail.Draw(canvas, image, layout.Cell(number, 0));
                DrawCrops(canvas, draws, place, (float)place.Width / image.Width);
                DrawViews(canvas, layout, number, renderer, image, draws);
            }
        });
    }

    /// <summary>Evenly spread, since folders are sorted by class; the next one where an image cannot be read.</summary>
    private static List<(int Index, RgbImage Image)> Choose(ImageDataSet images, int count)
    {
        int wanted = Math.Min(count, images.Count);
        var chosen = new List<(int, RgbImage)>(wanted);
        UnreadableImageException? problem = null;
        for (int slot = 0; slot < wanted; slot++)
        {
            int first = (int)((long)slot * images.Count / wanted);
            int end = (int)((long)(slot + 1) * images.Count / wanted);
            for (int index = first; index < end; index++)
            {
                try
                {
                    chosen.Add((index, images.Read(index)));
                    break;
                }
                catch (UnreadableImageException error)
                {
                    problem = error;
                }
            }
        }

        return chosen.Count > 0
            ? chosen
            : throw new DataException(
                $"{images.Name}: none of its {images.Count} image(s) can be read, expected at least one"
                    + (problem is null ? "" : $" (the last one: {problem.Message})"),
                problem);
    }

    private static void DrawHeads(SKCanvas canvas, ContactSheetLayout layout)
    {
        for (int column = 0; column < layout.Across; column++)
        {
            for (int cell = 0; cell <= layout.ViewsPerImage; cell++)
            {
                SKRectI place = layout.Cell(column, cell);
                float baseline = place.Top - 9;
                if (cell == 0)
                {
                    Lettering.Write(
                        canvas, "image", new SKPoint(place.Left, baseline), ContactSheetLayout.TextSize, Ink.Faint, width: place.Width);
                    continue;
                }

                using var swatch = new SKPaint
                {
                    Color = Ink.View(cell - 1), IsStroke = true, StrokeWidth = 2, IsAntialias = true,
                };
                canvas.DrawRect(place.Left + 1, baseline - 9, 8, 8, swatch);
                Lettering.Write(
                    canvas, $"view {cell}", new SKPoint(place.Left + 15, baseline), ContactSheetLayout.TextSize, Ink.Faint, width: place.Width - 15);
            }
        }
    }

    private static void DrawCrops(SKCanvas canvas, ViewParameters[] draws, SKRectI place, float scale)
    {
        for (int view = 0; view < draws.Length; view++)
        {
            Box crop = draws[view].Crop;
            var outline = SKRect.Create(
                place.Left + (crop.Left * scale), place.Top + (crop.Top * scale), crop.Width * scale, crop.Height * scale);
            outline.Inflate(-1, -1);
            using var halo = new SKPaint { Color = SKColors.White.WithAlpha(170), IsStroke = true, StrokeWidth = 3.5f, IsAntialias = true };
            using var line = new SKPaint { Color = Ink.View(view), IsStroke = true, StrokeWidth = 1.75f, IsAntialias = true };
            canvas.DrawRect(outline, halo);
            canvas.DrawRect(outline, line);
        }
    }

    private static void DrawViews(
        SKCanvas canvas, ContactSheetLayout layout, int number, ViewRenderer renderer, RgbImage image, ViewParameters[] draws)
    {
        float[] pixels = new float[3 * layout.ViewSize * layout.ViewSize];
        for (int view = 0; view < draws.Length; view++)
        {
            renderer.Render(image, draws[view], pixels);
            Thumbnail.Draw(canvas, pixels, layout.ViewSize, layout.Cell(number, view + 1));
        }
    }
}

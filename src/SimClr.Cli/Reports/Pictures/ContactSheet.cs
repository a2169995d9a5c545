using System.Globalization;
using SimClr.Augmentation;
using SimClr.Data;
using SkiaSharp;

namespace SimClr.Cli.Reports;

/// <summary>
/// A picture of images next to their random views, as seen by pre-training with this seed: views 1 and 2 are the pair
/// of the first epoch, 3 and 4 that of the second, and so on. With at most two views per image, the crops are outlined
/// on the image.
/// </summary>
internal static class ContactSheet
{
    private const int MaxOutlines = 2;
    private const int MaxPlainSize = 128;

    /// <summary>Renders the sheet.</summary>
    /// <param name="images">The set to choose from, evenly.</param>
    /// <param name="views">The view options. Normalization is omitted, as it is not for display.</param>
    /// <param name="seed">The seed of the run.</param>
    /// <param name="count">The number of images, 1 or more; fewer are shown if the set has fewer readable ones.</param>
    /// <param name="viewsPerImage">The number of views per image, 1 or more.</param>
    /// <returns>A PNG file.</returns>
    /// <exception cref="DataException">No image can be read.</exception>
    public static byte[] Render(ImageDataSet images, ViewOptions views, long seed, int count, int viewsPerImage)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(viewsPerImage);
        List<(int Index, RgbImage Image)> chosen = Choose(images, count);
        var layout = new ContactSheetLayout(views.Size, chosen.Count, viewsPerImage);
        ViewOptions visible = views with { Normalize = Normalization.None };
        var renderer = new ViewRenderer(visible);
        return Png.Draw(layout.Width, layout.Height, canvas =>
        {
            bool outlined = viewsPerImage <= MaxOutlines;
            DrawHeads(canvas, layout, outlined);
            for (int number = 0; number < chosen.Count; number++)
            {
                (int index, RgbImage image) = chosen[number];
                ViewParameters[] draws =
                [
                    .. Enumerable.Range(0, viewsPerImage).Select(view => ViewParameters.Draw(
                        visible, image.Width, image.Height, seed, epoch: view / 2, index, view % 2)),
                ];
                SKRectI place = Thumbnail.Draw(canvas, image, layout.Cell(number, 0));
                Outline(canvas, SKRect.Inflate(place, 0.5f, 0.5f), Ink.Line, 1);
                DrawCrops(canvas, outlined ? draws : [], place, (float)place.Width / image.Width);
                DrawViews(canvas, layout, number, renderer, image, draws);
            }

            DrawFoot(canvas, layout, images.Name, views, seed);
        });
    }

    /// <summary>
    /// Chooses images at even intervals, since folders are sorted by class; an unreadable image is replaced by the next
    /// one.
    /// </summary>
    public static List<(int Index, RgbImage Image)> Choose(ImageDataSet images, int count)
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

    private static void DrawHeads(SKCanvas canvas, ContactSheetLayout layout, bool outlined)
    {
        for (int column = 0; column < layout.Across; column++)
        {
            for (int cell = 0; cell <= layout.ViewsPerImage; cell++)
            {
                SKRectI place = layout.Cell(column, cell);
                float baseline = place.Top - 9;
                float indent = 0;
                if (outlined && cell > 0)
                {
                    indent = 15;
                    Outline(canvas, SKRect.Create(place.Left + 1, baseline - 9, 8, 8), Ink.View(cell - 1), 2);
                }

                Lettering.Write(
                    canvas,
                    cell == 0 ? "image" : $"view {cell}",
                    new SKPoint(place.Left + indent, baseline),
                    ContactSheetLayout.TextSize,
                    Ink.Faint,
                    width: place.Width - indent);
            }
        }
    }

    /// <summary>Draws crops on whole pixels to keep lines sharp, with a halo on images that are large enough.</summary>
    private static void DrawCrops(SKCanvas canvas, ViewParameters[] draws, SKRectI place, float scale)
    {
        for (int view = 0; view < draws.Length; view++)
        {
            Box crop = draws[view].Crop;
            var outline = SKRectI.Round(SKRect.Create(
                place.Left + (crop.Left * scale),
                place.Top + (crop.Top * scale),
                crop.Width * scale,
                crop.Height * scale));
            outline.Inflate(-1, -1);
            if (place.Width > MaxPlainSize)
            {
                Outline(canvas, outline, SKColors.White.WithAlpha(190), 4);
            }

            Outline(canvas, outline, Ink.View(view), 2);
        }
    }

    private static void Outline(SKCanvas canvas, SKRect rectangle, SKColor color, float width)
    {
        using var paint = new SKPaint { Color = color, IsStroke = true, StrokeWidth = width };
        canvas.DrawRect(rectangle, paint);
    }

    private static void DrawFoot(SKCanvas canvas, ContactSheetLayout layout, string data, ViewOptions views, long seed)
    {
        string text = string.Create(
            CultureInfo.InvariantCulture,
            $"{data} · views of {views.Size} px · color strength {views.Strength} · "
                + $"{(views.Blur ? "blur" : "no blur")} · crop {views.AreaMin:0.##} to "
                + $"{views.AreaMax:0.##} of the area · seed {seed}{Branches(views)}");
        Lettering.Write(
            canvas,
            text,
            layout.Foot,
            ContactSheetLayout.TextSize - 1,
            Ink.Faint,
            width: layout.Width - (2 * layout.Foot.X));
    }

    /// <summary>Describes the operations of the two views, unless they are the paper's.</summary>
    private static string Branches(ViewOptions views)
    {
        OperationList first = views.First ?? views.Operations;
        OperationList second = views.Second ?? views.Operations;
        string lists = first.Equals(second)
            ? first.Equals(OperationList.Paper) ? "" : $" · {first}"
            : $" · view 1 {first}, view 2 {second}";
        return lists + (views.SharedCrop ? " after a shared crop" : "");
    }

    private static void DrawViews(
        SKCanvas canvas,
        ContactSheetLayout layout,
        int number,
        ViewRenderer renderer,
        RgbImage image,
        ViewParameters[] draws)
    {
        float[] pixels = new float[3 * layout.ViewSize * layout.ViewSize];
        for (int view = 0; view < draws.Length; view++)
        {
            renderer.Render(image, draws[view], pixels);
            SKRectI cell = layout.Cell(number, view + 1);
            Outline(canvas, SKRect.Inflate(cell, 0.5f, 0.5f), Ink.Line, 1);
            Thumbnail.Draw(canvas, pixels, layout.ViewSize, cell);
        }
    }
}

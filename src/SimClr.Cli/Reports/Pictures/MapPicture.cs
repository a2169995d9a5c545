using SimClr.Data;
using SimClr.Internals;
using SkiaSharp;

namespace SimClr.Cli.Reports;

/// <summary>Draws a map as one picture: points, thumbnails of some of them if there is room, and a legend.</summary>
internal static class MapPicture
{
    private const int Side = 1200;
    private const int Margin = 40;
    private const int Picture = 56;
    private const int MaxPictures = 140;
    private const float Radius = 3.6f;
    private const int LegendWidth = 240;
    private const int Line = 25;

    public static byte[] Draw(MapContent content, Func<int, RgbImage?> read)
    {
        (float X, float Y)[] scaled = content.Scaled();
        float top = scaled.Min(place => place.Y);
        SKPoint[] places = [.. scaled.Select(place => new SKPoint(
            Margin + (place.X * (Side - (2 * Margin))), Margin + ((place.Y - top) * (Side - (2 * Margin)))))];
        int height = Math.Max((int)places.Max(place => place.Y) + Margin, (content.Names.Count * Line) + (2 * Margin))
            + Margin;
        return Png.Draw(Side + LegendWidth, height, canvas =>
        {
            DrawPoints(canvas, content, places);
            DrawPictures(canvas, content, places, read);
            DrawLegend(canvas, content);
            Lettering.Write(canvas, content.Summary, new SKPoint(Margin, height - 22), 15, Ink.Faint, width: Side
                + LegendWidth
                - (2 * Margin));
        });
    }

    private static void DrawPoints(SKCanvas canvas, MapContent content, SKPoint[] places)
    {
        foreach (int point in new RandomStream(0, Purpose.Map, -4).Permutation(content.Count))
        {
            DrawMarker(canvas, content.Groups[point], places[point], content.Count > 2000 ? Radius * 0.75f : Radius);
        }
    }

    private static void DrawMarker(SKCanvas canvas, int group, SKPoint place, float radius)
    {
        using SKPath outline = MapMarker.Outline(group, place.X, place.Y, radius);
        using var fill = new SKPaint { Color = MapMarker.ColorOf(group), IsAntialias = true };
        using var edge = new SKPaint
        {
            Color = Ink.Paper,
            IsAntialias = true,
            Style = SKPaintStyle.Stroke,
            StrokeWidth = 0.6f,
        };
        canvas.DrawPath(outline, fill);
        canvas.DrawPath(outline, edge);
    }

    /// <summary>Draws thumbnails in an order fixed by seed 0, each only where it covers no other.</summary>
    private static void DrawPictures(SKCanvas canvas, MapContent content, SKPoint[] places, Func<int, RgbImage?> read)
    {
        var taken = new List<SKRectI>();
        foreach (int point in new RandomStream(0, Purpose.Map, -5).Permutation(content.Count))
        {
            SKRectI square = SKRectI.Create(
                (int)places[point].X - (Picture / 2), (int)places[point].Y - (Picture / 2), Picture, Picture);
            SKRectI room = square;
            room.Inflate(6, 6);
            if (taken.Count < MaxPictures
                && !taken.Exists(other => other.IntersectsWith(room))
                && read(point) is { } image)
            {
                taken.Add(square);
                SKRectI drawn = Thumbnail.Draw(canvas, image, square);
                drawn.Inflate(1, 1);
                using var frame = new SKPaint
                {
                    Color = MapMarker.ColorOf(content.Groups[point]),
                    Style = SKPaintStyle.Stroke,
                    StrokeWidth = 3,
                    IsAntialias = true,
                };
                canvas.DrawRect(drawn, frame);
            }
        }
    }

    private static void DrawLegend(SKCanvas canvas, MapContent content)
    {
        for (int group = 0; group < content.Names.Count; group++)
        {
            float y = Margin + (group * Line);
            DrawMarker(canvas, group, new SKPoint(Side + 12, y), 6.5f);
            int images = content.Groups.Count(number => number == group);
            Lettering.Write(
                canvas,
                $"{content.Names[group]} ({images})",
                new SKPoint(Side + 30, y + 5),
                15,
                Ink.Text,
                width: LegendWidth - 40);
        }
    }
}

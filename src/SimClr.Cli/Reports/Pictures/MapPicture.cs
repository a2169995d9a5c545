using SimClr.Data;
using SimClr.Internals;
using SkiaSharp;

namespace SimClr.Cli.Reports;

/// <summary>
/// Draws a map, or two beside each other, as one picture: points, thumbnails of some of them if there is room, and a
/// legend.
/// </summary>
internal static class MapPicture
{
    private const int Side = 1200;
    private const int Margin = 40;
    private const int Picture = 56;
    private const int MaxPictures = 140;
    private const float Radius = 3.6f;
    private const int LegendWidth = 240;
    private const int Line = 25;
    private const int CaptionHeight = 30;

    public static byte[] Draw(MapContent content, Func<int, RgbImage?> read)
    {
        MapContent[] maps = content.Beside is { } beside ? [content, beside] : [content];
        SKPoint[][] places = [.. maps.Index().Select(map => Place(map.Item, map.Index * Side))];
        int width = (maps.Length * Side) + LegendWidth;
        int height = Math.Max(
            (int)places.Max(map => map.Max(place => place.Y)) + Margin, (content.Names.Count * Line) + (2 * Margin))
            + Margin;
        return Png.Draw(width, height, canvas =>
        {
            foreach ((int number, MapContent map) in maps.Index())
            {
                DrawPoints(canvas, map, places[number]);
                DrawPictures(canvas, map, places[number], read);
                Lettering.Write(
                    canvas, map.Caption ?? "", new SKPoint((number * Side) + Margin, 30), 17, Ink.Text,
                    width: Side - (2 * Margin));
            }

            DrawLegend(canvas, content, width - LegendWidth);
            Lettering.Write(
                canvas, content.Summary, new SKPoint(Margin, height - 22), 15, Ink.Faint, width: width - (2 * Margin));
        });
    }

    private static SKPoint[] Place(MapContent map, int left)
    {
        (float X, float Y)[] scaled = map.Scaled();
        float first = scaled.Min(place => place.Y);
        int top = Margin + (map.Caption is null ? 0 : CaptionHeight);
        return [.. scaled.Select(place => new SKPoint(
            left + Margin + (place.X * (Side - (2 * Margin))), top + ((place.Y - first) * (Side - (2 * Margin)))))];
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

    private static void DrawLegend(SKCanvas canvas, MapContent content, int left)
    {
        for (int group = 0; group < content.Names.Count; group++)
        {
            float y = Margin + (group * Line);
            DrawMarker(canvas, group, new SKPoint(left + 12, y), 6.5f);
            int images = content.Groups.Count(number => number == group);
            Lettering.Write(
                canvas,
                $"{content.Names[group]} ({images})",
                new SKPoint(left + 30, y + 5),
                15,
                Ink.Text,
                width: LegendWidth - 40);
        }
    }
}

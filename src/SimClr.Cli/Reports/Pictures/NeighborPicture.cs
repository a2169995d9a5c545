using SimClr.Data;
using SkiaSharp;

namespace SimClr.Cli.Reports;

/// <summary>
/// Draws a <see cref="NeighborTable"/> at twice its display size: one row per query, one group of columns per
/// representation. Neighbors of the query's class have a solid green frame and a check mark, others a dashed red frame
/// and a cross.
/// </summary>
internal static class NeighborPicture
{
    /// <summary>Picture pixels per page pixel.</summary>
    public const int Scale = 2;

    private const int SmallImage = 64;
    private const float FrameWidth = 6;
    private const float BadgeRadius = 14;

    /// <summary>Renders the table.</summary>
    /// <param name="table">The table.</param>
    /// <param name="bank">The images of the bank's rows.</param>
    /// <param name="queries">The images of the queries' rows.</param>
    /// <returns>A PNG file.</returns>
    public static byte[] Render(NeighborTable table, ImageDataSet bank, ImageDataSet queries)
    {
        var banked = new TableImages(table.Sources[0].Bank, bank);
        var asked = new TableImages(table.Sources[0].Queries, queries);
        RgbImage first = asked.Read(table.Queries[0]);
        int longest = Math.Max(first.Width, first.Height);
        int side = longest <= SmallImage
            ? longest * Math.Max(1, (int)Math.Round((double)NeighborLayout.StandardSide / longest))
            : NeighborLayout.StandardSide;
        var layout = new NeighborLayout(
            side, table.Queries.Count, table.Sources.Count, table.Neighbors, table.Lists[0][0].Same is not null);
        return Png.Draw(layout.Width, layout.Height, canvas =>
        {
            DrawHeads(canvas, layout, table);
            for (int query = 0; query < table.Queries.Count; query++)
            {
                int row = table.Queries[query];
                SKRectI place = layout.Query(query);
                Thumbnail.DrawCenter(canvas, asked.Read(row), place);
                Caption(canvas, layout, asked.ClassOf(row), place, bold: true);
                DrawNeighbors(canvas, layout, table, query, banked);
            }
        });
    }

    private static void DrawHeads(SKCanvas canvas, NeighborLayout layout, NeighborTable table)
    {
        SKRectI first = layout.Query(0);
        Lettering.Write(
            canvas, "image", new SKPoint(first.Left, NeighborLayout.HeadBaseline), 26, Ink.Text, width: first.Width,
            bold: true);
        for (int source = 0; source < table.Sources.Count; source++)
        {
            SKRectI left = layout.Neighbor(source, 0, 0);
            SKRectI right = layout.Neighbor(source, 0, Math.Max(0, table.Neighbors - 1));
            Lettering.Write(
                canvas, table.Sources[source].Name, new SKPoint(left.Left, NeighborLayout.HeadBaseline), 26, Ink.Text,
                width: right.Right - left.Left, bold: true);
            string below = table.Agreement(source) ?? $"the {table.Neighbors} nearest images, nearest first";
            Lettering.Write(
                canvas,
                below,
                new SKPoint(left.Left, NeighborLayout.HeadBaseline + 30),
                22,
                Ink.Faint,
                width: right.Right - left.Left);
        }
    }

    private static void DrawNeighbors(
        SKCanvas canvas, NeighborLayout layout, NeighborTable table, int query, TableImages banked)
    {
        for (int source = 0; source < table.Sources.Count; source++)
        {
            NeighborList list = table.Lists[source][query];
            for (int i = 0; i < list.Rows.Count; i++)
            {
                SKRectI place = layout.Neighbor(source, query, i);
                Thumbnail.DrawCenter(canvas, banked.Read(list.Rows[i]), place);
                Caption(canvas, layout, banked.ClassOf(list.Rows[i]), place, bold: false);
                if (list.Same is { } same)
                {
                    Frame(canvas, place, same[i]);
                    Badge(canvas, new SKPoint(place.Right - 4, place.Top + 4), same[i]);
                }
            }
        }
    }

    private static void Caption(SKCanvas canvas, NeighborLayout layout, string text, SKRectI place, bool bold)
        => Lettering.Write(
            canvas,
            text,
            new SKPoint(place.MidX, place.Bottom + 27),
            19,
            bold ? Ink.Text : Ink.Faint,
            SKTextAlign.Center,
            layout.CaptionWidth,
            bold);

    /// <summary>Draws a frame around the image, not over it.</summary>
    private static void Frame(SKCanvas canvas, SKRect place, bool same)
    {
        using var paint = new SKPaint
        {
            Color = same ? Ink.Right : Ink.Wrong,
            IsStroke = true,
            StrokeWidth = FrameWidth,
            IsAntialias = true,
        };
        using SKPathEffect? dashes = same ? null : SKPathEffect.CreateDash([14, 6], 7);
        paint.PathEffect = dashes;
        canvas.DrawRect(SKRect.Inflate(place, FrameWidth / 2, FrameWidth / 2), paint);
    }

    /// <summary>Draws a check mark or cross as shapes, since a typeface may lack them.</summary>
    private static void Badge(SKCanvas canvas, SKPoint middle, bool same)
    {
        using var disk = new SKPaint { Color = same ? Ink.Right : Ink.Wrong, IsAntialias = true };
        using var rim = new SKPaint { Color = Ink.Paper, IsAntialias = true };
        canvas.DrawCircle(middle, BadgeRadius + 2.5f, rim);
        canvas.DrawCircle(middle, BadgeRadius, disk);
        using var pen = new SKPaint
        {
            Color = Ink.Paper,
            IsStroke = true,
            StrokeWidth = 4,
            IsAntialias = true,
            StrokeCap = SKStrokeCap.Round,
            StrokeJoin = SKStrokeJoin.Round,
        };
        SKPoint[][] strokes = same
            ? [[new(-6.5f, 0.5f), new(-2, 5), new(6.5f, -5)]]
            : [[new(-5, -5), new(5, 5)], [new(-5, 5), new(5, -5)]];
        foreach (SKPoint[] stroke in strokes)
        {
            canvas.DrawPoints(SKPointMode.Polygon, [.. stroke.Select(point => point + middle)], pen);
        }
    }
}

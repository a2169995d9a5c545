using SkiaSharp;

namespace SimClr.Cli.Reports;

/// <summary>Draws a <see cref="Drawing"/> on white as a PNG file, with two pixels per pixel of the drawing.</summary>
internal static class PngDrawing
{
    /// <summary>Picture pixels per pixel of the drawing.</summary>
    public const int Scale = 2;

    public static byte[] Render(Drawing drawing)
        => Png.Draw((int)Math.Ceiling(drawing.Width * Scale), (int)Math.Ceiling(drawing.Height * Scale), canvas =>
        {
            canvas.Scale(Scale);
            foreach (Mark mark in drawing.Marks)
            {
                Draw(canvas, mark);
            }
        });

    private static void Draw(SKCanvas canvas, Mark mark)
    {
        switch (mark)
        {
            case LineMark line:
                using (SKPaint stroke = Stroke(line.Color, line.Opacity, line.Width))
                using (SKPath path = PathOf(line.Places, close: false))
                using (SKPathEffect? dash = line.Dashed ? SKPathEffect.CreateDash([5, 4], 0) : null)
                {
                    stroke.PathEffect = dash;
                    canvas.DrawPath(path, stroke);
                }

                break;
            case AreaMark area:
                using (SKPaint fill = Fill(area.Color, area.Opacity))
                using (SKPath path = PathOf(area.Places, close: true))
                {
                    canvas.DrawPath(path, fill);
                }

                break;
            case BoxMark { Hatched: true } box:
                DrawHatch(canvas, box);
                break;
            case BoxMark box:
                using (SKPaint fill = Fill(box.Color, box.Opacity))
                {
                    canvas.DrawRect((float)box.X, (float)box.Y, (float)box.Width, (float)box.Height, fill);
                }

                break;
            case DotMark dot:
                DrawDot(canvas, dot);
                break;
            case TextMark text:
                DrawText(canvas, text);
                break;
            default:
                throw new ArgumentException($"a picture cannot show {mark.GetType().Name}", nameof(mark));
        }
    }

    private static void DrawDot(SKCanvas canvas, DotMark dot)
    {
        using var path = new SKPath();
        if (dot.Corners() is { } corners)
        {
            path.AddPoly([.. corners.Select(PointOf)], close: true);
        }
        else
        {
            path.AddCircle((float)dot.Place.X, (float)dot.Place.Y, (float)dot.Radius);
        }

        using SKPaint fill = Fill(dot.Color, dot.Opacity);
        canvas.DrawPath(path, fill);
        if (dot.Opacity >= 1)
        {
            using SKPaint edge = Stroke(ChartColor.Page, 1, 1);
            canvas.DrawPath(path, edge);
        }
    }

    private static void DrawText(SKCanvas canvas, TextMark text)
    {
        canvas.Save();
        canvas.RotateDegrees((float)text.Degrees, (float)text.Place.X, (float)text.Place.Y);
        SKTextAlign align = text.Anchor switch
        {
            TextAnchor.Middle => SKTextAlign.Center,
            TextAnchor.End => SKTextAlign.Right,
            _ => SKTextAlign.Left,
        };
        if (text.Outlined)
        {
            foreach ((int x, int y) in new[] { (-1, 0), (1, 0), (0, -1), (0, 1), (-1, -1), (1, 1), (-1, 1), (1, -1) })
            {
                var shifted = new SKPoint((float)text.Place.X + x, (float)text.Place.Y + y);
                Lettering.Write(canvas, text.Text, shifted, (float)text.Size, Ink.Paper, align, bold: text.Bold);
            }
        }

        SKColor color = ColorOf(text.Color, text.Opacity);
        Lettering.Write(canvas, text.Text, PointOf(text.Place), (float)text.Size, color, align, bold: text.Bold);
        canvas.Restore();
    }

    private static void DrawHatch(SKCanvas canvas, BoxMark box)
    {
        canvas.Save();
        canvas.ClipRect(SKRect.Create((float)box.X, (float)box.Y, (float)box.Width, (float)box.Height));
        using SKPaint stroke = Stroke(ChartColor.Faint, box.Opacity, 1.2);
        for (double x = box.X - box.Height; x < box.X + box.Width; x += 8.5)
        {
            canvas.DrawLine((float)x, (float)(box.Y + box.Height), (float)(x + box.Height), (float)box.Y, stroke);
        }

        canvas.Restore();
    }

    private static SKPath PathOf(IReadOnlyList<Place> places, bool close)
    {
        var path = new SKPath();
        path.AddPoly([.. places.Select(PointOf)], close);
        return path;
    }

    private static SKPoint PointOf(Place place) => new((float)place.X, (float)place.Y);

    private static SKPaint Fill(ChartColor color, double opacity)
        => new() { Color = ColorOf(color, opacity), IsAntialias = true };

    private static SKPaint Stroke(ChartColor color, double opacity, double width) => new()
    {
        Color = ColorOf(color, opacity),
        IsAntialias = true,
        Style = SKPaintStyle.Stroke,
        StrokeWidth = (float)width,
        StrokeJoin = SKStrokeJoin.Round,
    };

    private static SKColor ColorOf(ChartColor color, double opacity)
        => SKColor.Parse(color.Light).WithAlpha((byte)Math.Round(255 * opacity));
}

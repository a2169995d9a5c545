using SkiaSharp;

namespace SimClr.Cli.Reports;

/// <summary>
/// The markers of groups on a map: ten colors that are distinguishable with every kind of color vision (Petroff 2021,
/// derived from a survey and a model of color blindness), times six shapes.
/// </summary>
internal static class MapMarker
{
    public static readonly string[] Colors =
        ["#3f90da", "#ffa90e", "#bd1f01", "#94a4a2", "#832db6", "#a96b59", "#e76300", "#b9ac70", "#717581", "#92dadd"];

    public const int Shapes = 6;

    public static SKColor ColorOf(int group) => SKColor.Parse(Colors[group % Colors.Length]);

    /// <summary>
    /// Returns a disk, cross, triangle, square, diamond or downward triangle. The first two are distinct even when
    /// small.
    /// </summary>
    public static SKPath Outline(int group, float x, float y, float radius)
    {
        float r = radius;
        (float X, float Y)[]? corners = (group / Colors.Length % Shapes) switch
        {
            1 => Cross(r),
            2 => [(0, -1.2f * r), (1.15f * r, 0.9f * r), (-1.15f * r, 0.9f * r)],
            3 => [(-r, -r), (r, -r), (r, r), (-r, r)],
            4 => [(0, -1.35f * r), (1.35f * r, 0), (0, 1.35f * r), (-1.35f * r, 0)],
            5 => [(0, 1.2f * r), (1.15f * r, -0.9f * r), (-1.15f * r, -0.9f * r)],
            _ => null,
        };
        var path = new SKPath();
        if (corners is null)
        {
            path.AddCircle(x, y, r);
        }
        else
        {
            path.AddPoly([.. corners.Select(corner => new SKPoint(x + corner.X, y + corner.Y))], close: true);
        }

        return path;
    }

    private static (float, float)[] Cross(float r)
    {
        (float l, float w) = (1.3f * r, 0.45f * r);
        return
        [
            (-w, -l), (w, -l), (w, -w), (l, -w), (l, w), (w, w), (w, l), (-w, l), (-w, w), (-l, w), (-l, -w), (-w, -w),
        ];
    }
}

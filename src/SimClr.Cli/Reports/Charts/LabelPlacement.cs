namespace SimClr.Cli.Reports;

/// <summary>Places labels beside points so that they cover neither points nor each other.</summary>
internal sealed class LabelPlacement
{
    private const double Distance = 7;
    private const double Ascent = 0.76;
    private const double Descent = 0.24;

    private readonly List<Box> taken = [];
    private readonly Box area;

    /// <summary>Creates the placement.</summary>
    /// <param name="left">The left edge of the area.</param>
    /// <param name="top">The upper edge.</param>
    /// <param name="right">The right edge.</param>
    /// <param name="bottom">The lower edge.</param>
    /// <param name="points">The points to keep free.</param>
    /// <param name="radius">Their radius.</param>
    public LabelPlacement(
        double left, double top, double right, double bottom, IEnumerable<Place> points, double radius)
    {
        area = new Box(left, top, right, bottom);
        taken.AddRange(points.Select(
            point => new Box(point.X - radius, point.Y - radius, point.X + radius, point.Y + radius)));
    }

    /// <summary>Returns the left end of the baseline of a label; null if there is no free place.</summary>
    public Place? Find(Place point, string text, double size)
    {
        double width = TextWidth.Estimate(text, size);
        double middle = (Ascent - Descent) / 2 * size;
        (double X, double Y)[] baselines =
        [
            (Distance, middle),
            (-Distance - width, middle),
            (-width / 2, -Distance - (Descent * size)),
            (-width / 2, Distance + (Ascent * size)),
            (Distance - 2, -Distance + 2),
            (Distance - 2, Distance + (Ascent * size) - 2),
            (2 - Distance - width, -Distance + 2),
            (2 - Distance - width, Distance + (Ascent * size) - 2),
            (Distance + 4, -(1.4 * size)),
            (Distance + 4, 2 * size),
            (-Distance - 4 - width, -(1.4 * size)),
            (-Distance - 4 - width, 2 * size),
        ];
        foreach ((double x, double y) in baselines)
        {
            var box = new Box(
                point.X + x, point.Y + y - (Ascent * size), point.X + x + width, point.Y + y + (Descent * size));
            if (box.IsInside(area) && !taken.Exists(box.Overlaps))
            {
                taken.Add(box);
                return new Place(box.Left, point.Y + y);
            }
        }

        return null;
    }

    private readonly record struct Box(double Left, double Top, double Right, double Bottom)
    {
        public bool Overlaps(Box other)
            => Left < other.Right && other.Left < Right && Top < other.Bottom && other.Top < Bottom;

        public bool IsInside(Box other)
            => Left >= other.Left && Right <= other.Right && Top >= other.Top && Bottom <= other.Bottom;
    }
}

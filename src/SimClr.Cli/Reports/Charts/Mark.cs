namespace SimClr.Cli.Reports;

/// <summary>A place in a drawing, in pixels from the upper left corner.</summary>
internal readonly record struct Place(double X, double Y);

/// <summary>An element of a <see cref="Drawing"/>. Later elements cover earlier ones.</summary>
internal abstract record Mark
{
    /// <summary>The opacity, 0 … 1.</summary>
    public double Opacity { get; init; } = 1;

    /// <summary>The text shown while the pointer is over the element, on a page; empty for none.</summary>
    public string Hint { get; init; } = "";

    /// <summary>Returns the element elsewhere.</summary>
    public abstract Mark Moved(double x, double y);
}

/// <summary>A line through several places.</summary>
internal sealed record LineMark(IReadOnlyList<Place> Places, ChartColor Color, double Width = 1) : Mark
{
    public bool Dashed { get; init; }

    public override Mark Moved(double x, double y)
        => this with { Places = [.. Places.Select(place => new Place(place.X + x, place.Y + y))] };
}

/// <summary>A filled polygon.</summary>
internal sealed record AreaMark(IReadOnlyList<Place> Places, ChartColor Color) : Mark
{
    public override Mark Moved(double x, double y)
        => this with { Places = [.. Places.Select(place => new Place(place.X + x, place.Y + y))] };
}

/// <summary>A filled rectangle.</summary>
internal sealed record BoxMark(double X, double Y, double Width, double Height, ChartColor Color) : Mark
{
    /// <summary>Whether the rectangle is filled with thin diagonal lines.</summary>
    public bool Hatched { get; init; }

    public override Mark Moved(double x, double y) => this with { X = X + x, Y = Y + y };
}

/// <summary>A marker of a value, with a thin edge in the color of the page if it is opaque.</summary>
/// <param name="Place">The center.</param>
/// <param name="Radius">The radius in pixels.</param>
/// <param name="Color">The color.</param>
/// <param name="Shape">The shape: disk, square, triangle, diamond, downward triangle, and again.</param>
internal sealed record DotMark(Place Place, double Radius, ChartColor Color, int Shape = 0) : Mark
{
    public override Mark Moved(double x, double y) => this with { Place = new Place(Place.X + x, Place.Y + y) };

    /// <summary>Returns the corners of the shape; null for a disk.</summary>
    public Place[]? Corners()
    {
        double r = Radius;
        (double X, double Y)[]? corners = (Shape % 5) switch
        {
            1 => [(-0.9 * r, -0.9 * r), (0.9 * r, -0.9 * r), (0.9 * r, 0.9 * r), (-0.9 * r, 0.9 * r)],
            2 => [(0, -1.2 * r), (1.15 * r, 0.9 * r), (-1.15 * r, 0.9 * r)],
            3 => [(0, -1.3 * r), (1.3 * r, 0), (0, 1.3 * r), (-1.3 * r, 0)],
            4 => [(0, 1.2 * r), (1.15 * r, -0.9 * r), (-1.15 * r, -0.9 * r)],
            _ => null,
        };
        return corners is null
            ? null
            : [.. corners.Select(corner => new Place(Place.X + corner.X, Place.Y + corner.Y))];
    }
}

/// <summary>A line of text.</summary>
/// <param name="Place">The left end, middle or right end of the baseline, as <paramref name="Anchor"/> says.</param>
/// <param name="Text">The text.</param>
/// <param name="Size">The font size in pixels.</param>
/// <param name="Color">The color.</param>
/// <param name="Anchor">The meaning of <paramref name="Place"/>.</param>
internal sealed record TextMark(Place Place, string Text, double Size, ChartColor Color, TextAnchor Anchor) : Mark
{
    public bool Bold { get; init; }

    /// <summary>The clockwise rotation around <see cref="Place"/> in degrees.</summary>
    public double Degrees { get; init; }

    /// <summary>Whether an edge in the color of the page separates the text from what is behind it.</summary>
    public bool Outlined { get; init; }

    public override Mark Moved(double x, double y) => this with { Place = new Place(Place.X + x, Place.Y + y) };
}

/// <summary>The end of a text that is fixed.</summary>
internal enum TextAnchor
{
    Start,
    Middle,
    End,
}

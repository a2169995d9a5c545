namespace SimClr.Cli.Reports;

/// <summary>
/// A chart as a list of marks. <see cref="SvgDrawing"/> writes it into a page or a file, <see cref="PngDrawing"/> draws
/// the same marks as pixels.
/// </summary>
/// <param name="width">The width in pixels.</param>
/// <param name="height">The height in pixels.</param>
/// <param name="description">A description for readers who cannot see it.</param>
internal sealed class Drawing(double width, double height, string description)
{
    private readonly List<Mark> marks = [];

    /// <summary>The width in pixels.</summary>
    public double Width => width;

    /// <summary>The height in pixels.</summary>
    public double Height => height;

    /// <summary>A description for readers who cannot see it.</summary>
    public string Description => description;

    /// <summary>The marks, from back to front.</summary>
    public IReadOnlyList<Mark> Marks => marks;

    /// <summary>Adds a mark in front of the others.</summary>
    public void Add(Mark mark) => marks.Add(mark);

    /// <summary>Adds a text.</summary>
    public void Write(
        string text, double x, double y, double size, ChartColor color, TextAnchor anchor = TextAnchor.Start)
        => Add(new TextMark(new Place(x, y), text, size, color, anchor));

    /// <summary>Adds a line between two places.</summary>
    public void Connect(double x1, double y1, double x2, double y2, ChartColor color, double thickness = 1)
        => Add(new LineMark([new Place(x1, y1), new Place(x2, y2)], color, thickness));

    /// <summary>Adds all marks of another drawing, moved.</summary>
    public void Add(Drawing other, double x, double y)
    {
        foreach (Mark mark in other.Marks)
        {
            Add(mark.Moved(x, y));
        }
    }
}

namespace SimClr.Cli.Reports;

/// <summary>A chart: drawn on pages and in files of its own, together with its data.</summary>
/// <param name="Title">The heading of the chart; empty for none.</param>
internal abstract record Chart(string Title)
{
    private readonly double? height;

    /// <summary>The width in pixels. Default: 460, of which two fit side by side on a page.</summary>
    public double Width { get; init; } = 460;

    /// <summary>The height in pixels. Default: 320, or as many as the rows of the chart need.</summary>
    public double Height
    {
        get => height ?? DefaultHeight;
        init => height = value;
    }

    /// <summary>A line below the chart, such as the kind of its intervals; empty for none.</summary>
    public string Note { get; init; } = "";

    /// <summary>The text shown instead of values if there are none. Default: "no values".</summary>
    public string Empty { get; init; } = "no values";

    /// <summary>A description for readers who cannot see the chart. Default: title and names of the series.</summary>
    public string? Description { get; init; }

    /// <summary>The names that have a color of their own, in order.</summary>
    public abstract IReadOnlyList<string> Names { get; }

    /// <summary>The height unless another is chosen.</summary>
    protected virtual double DefaultHeight => 320;

    /// <summary>Returns the data of the chart as a table.</summary>
    public abstract ChartTable Data();

    /// <summary>Draws the chart.</summary>
    /// <param name="colors">The colors of the page.</param>
    public Drawing Draw(ChartColors colors)
    {
        string names = Names.Count > 0 ? $": {string.Join(", ", Names)}" : "";
        var drawing = new Drawing(Width, Height, Description ?? $"{Title}{names}.");
        Draw(drawing, colors);
        return drawing;
    }

    /// <summary>Adds the marks of the chart.</summary>
    protected abstract void Draw(Drawing drawing, ChartColors colors);
}

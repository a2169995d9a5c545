namespace SimClr.Cli.Reports;

/// <summary>Draws the names of series in rows.</summary>
internal static class ChartLegend
{
    public const double RowHeight = 19;
    private const double Size = 12;
    private const double SampleWidth = 24;
    private const double Gap = 16;

    /// <summary>Draws the entries.</summary>
    /// <param name="drawing">The drawing.</param>
    /// <param name="entries">The entries.</param>
    /// <param name="top">The upper edge.</param>
    /// <returns>The lower edge.</returns>
    public static double Draw(Drawing drawing, IReadOnlyList<LegendEntry> entries, double top)
    {
        double right = drawing.Width - PlotArea.Margin;
        double x = PlotArea.Margin;
        double y = top;
        foreach (LegendEntry entry in entries)
        {
            string name = TextWidth.Fit(entry.Name, Size, right - PlotArea.Margin - SampleWidth);
            double width = SampleWidth + TextWidth.Estimate(name, Size);
            if (x > PlotArea.Margin && x + width > right)
            {
                (x, y) = (PlotArea.Margin, y + RowHeight);
            }

            DrawSample(drawing, entry, x, y + (RowHeight / 2));
            drawing.Write(name, x + SampleWidth, y + 14, Size, ChartColor.Text);
            x += width + Gap;
        }

        return entries.Count > 0 ? y + RowHeight + 4 : top;
    }

    private static void DrawSample(Drawing drawing, LegendEntry entry, double x, double y)
    {
        if (entry.Sample == LegendSample.Box)
        {
            drawing.Add(new BoxMark(x + 4, y - 6, 12, 12, entry.Color));
            return;
        }

        if (entry.Sample is LegendSample.Line or LegendSample.Dashed or LegendSample.Rule)
        {
            drawing.Add(new LineMark([new Place(x, y), new Place(x + 18, y)], entry.Color, 2)
            {
                Dashed = entry.Sample != LegendSample.Line,
            });
        }

        if (entry.Sample == LegendSample.Rule)
        {
            return;
        }

        drawing.Add(new DotMark(new Place(x + 9, y), 4.5, entry.Color, entry.Shape));
    }
}

/// <summary>An entry of a legend.</summary>
/// <param name="Name">The name.</param>
/// <param name="Color">The color.</param>
/// <param name="Shape">The shape of the marker.</param>
/// <param name="Sample">What stands before the name.</param>
internal sealed record LegendEntry(string Name, ChartColor Color, int Shape, LegendSample Sample);

/// <summary>What stands before a name in a legend.</summary>
internal enum LegendSample
{
    Line,
    Dashed,
    Rule,
    Dot,
    Box,
}

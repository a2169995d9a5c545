namespace SimClr.Cli.Reports;

/// <summary>Several charts side by side as one chart, for a file of its own. On a page, each is a figure.</summary>
/// <param name="Title">The common heading; empty for none.</param>
/// <param name="Charts">The charts.</param>
/// <param name="PerRow">The number of charts in a row.</param>
internal sealed record ChartPanels(string Title, IReadOnlyList<Chart> Charts, int PerRow) : Chart(Title)
{
    private const double Gap = 24;
    private const double TitleHeight = 34;

    public override IReadOnlyList<string> Names => [.. Charts.SelectMany(chart => chart.Names).Distinct()];

    /// <summary>The number of pixels that the charts need in each direction.</summary>
    public (double Width, double Height) Size
    {
        get
        {
            Chart[][] rows = [.. Charts.Chunk(PerRow)];
            return (
                rows.Select(row => row.Sum(chart => chart.Width) + (Gap * (row.Length - 1))).DefaultIfEmpty(0).Max(),
                rows.Sum(row => row.Max(chart => chart.Height))
                    + (Gap * Math.Max(0, rows.Length - 1))
                    + (Title.Length > 0 ? TitleHeight : 0));
        }
    }

    /// <summary>Returns the panels in a size that fits the charts.</summary>
    public ChartPanels Fitted() => this with { Width = Size.Width, Height = Size.Height };

    public override ChartTable Data()
    {
        ChartTable[] tables = [.. Charts.Select(chart => chart.Data())];
        string[] columns = [.. tables.SelectMany(table => table.Columns).Distinct()];
        return new ChartTable(
            ["panel", .. columns],
            [.. tables.SelectMany((table, number) => table.Rows.Select(row => (IReadOnlyList<object?>)
            [
                Charts[number].Title,
                .. columns.Select(column => table.Columns.ToList().IndexOf(column) is >= 0 and int at ? row[at] : null),
            ]))]);
    }

    protected override void Draw(Drawing drawing, ChartColors colors)
    {
        if (Title.Length > 0)
        {
            PlotArea.DrawTitle(drawing, Title);
        }

        double y = Title.Length > 0 ? TitleHeight : 0;
        foreach (Chart[] row in Charts.Chunk(PerRow))
        {
            double x = 0;
            foreach (Chart chart in row)
            {
                drawing.Add(chart.Draw(colors), x, y);
                x += chart.Width + Gap;
            }

            y += row.Max(chart => chart.Height) + Gap;
        }
    }
}

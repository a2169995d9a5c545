using System.Globalization;

namespace SimClr.Cli.Reports;

/// <summary>
/// A table of colored cells with their values, on request with the mean of each row. Missing cells are hatched.
/// </summary>
/// <param name="Title">The heading.</param>
/// <param name="Rows">The names of the rows, from the top.</param>
/// <param name="Columns">The names of the columns.</param>
/// <param name="Cells">The cells by row and column.</param>
internal sealed record HeatMap(
    string Title,
    IReadOnlyList<string> Rows,
    IReadOnlyList<string> Columns,
    IReadOnlyList<IReadOnlyList<HeatCell>> Cells)
    : Chart(Title)
{
    private const double LabelSize = 12;
    private const double CellGap = 2;
    private const double MeanGap = 10;
    private const double MinOpacity = 0.07;
    private const double LightText = 0.6;   // the opacity above which text is in the color of the page
    private const string MeanName = "mean";

    /// <summary>The meaning of the rows; empty for none.</summary>
    public string RowLabel { get; init; } = "";

    /// <summary>The meaning of the columns; empty for none.</summary>
    public string ColumnLabel { get; init; } = "";

    /// <summary>Whether the values are fractions, shown as percentages without the sign.</summary>
    public bool IsPercent { get; init; }

    /// <summary>Whether a last column shows the mean of each row.</summary>
    public bool ShowsRowMeans { get; init; }

    public override IReadOnlyList<string> Names => [];

    protected override double DefaultHeight => 130 + (36 * Math.Max(3, Rows.Count));

    public override ChartTable Data() => new(
        [RowLabel.Length > 0 ? RowLabel : "row", ColumnLabel.Length > 0 ? ColumnLabel : "column", "value", "missing"],
        [.. Rows.SelectMany((row, r) => Columns.Select((column, c) => (IReadOnlyList<object?>)
            [row, column, Cells[r][c].Finite, Cells[r][c].Finite is null ? Cells[r][c].Missing : ""]))]);

    protected override void Draw(Drawing drawing, ChartColors colors)
    {
        double top = PlotArea.DrawTitle(drawing, Title) + 2;
        double bottom = PlotArea.DrawNote(drawing, Note) - (ColumnLabel.Length > 0 ? 20 : 0);
        double limit = 0.34 * drawing.Width;
        string[] rows = [.. Rows.Select(name => TextWidth.Fit(name, LabelSize, limit))];
        double left = PlotArea.Margin
            + (RowLabel.Length > 0 ? 20 : 0)
            + rows.Select(name => TextWidth.Estimate(name, LabelSize)).DefaultIfEmpty(0).Max()
            + 8;
        int columns = Math.Max(1, Columns.Count + (ShowsRowMeans ? 1 : 0));
        double width = (drawing.Width - PlotArea.Margin - left - (ShowsRowMeans ? MeanGap : 0)) / columns;
        string[] names = [.. Columns, .. ShowsRowMeans ? [MeanName] : Array.Empty<string>()];
        bool turned = names.Any(name => TextWidth.Estimate(name, LabelSize) > width - 4);
        bottom -= turned
            ? 14 + (0.58 * names.Max(name => Math.Min(110, TextWidth.Estimate(name, LabelSize))))
            : 22;
        double height = (bottom - top) / Math.Max(1, Rows.Count);
        (double low, double high) = Range();
        double Column(int c) => left + (c * width) + (ShowsRowMeans && c == Columns.Count ? MeanGap : 0);
        for (int r = 0; r < Rows.Count; r++)
        {
            double y = top + (r * height);
            drawing.Write(rows[r], left - 8, y + (height / 2) + 4, LabelSize, ChartColor.Text, TextAnchor.End);
            for (int c = 0; c < Columns.Count; c++)
            {
                Draw(drawing, Cells[r][c], $"{Rows[r]}, {Columns[c]}", (Column(c), y, width, height), (low, high));
            }

            if (ShowsRowMeans)
            {
                var mean = new HeatCell(MeanOf(Cells[r]), "no values");
                Draw(drawing, mean, $"{Rows[r]}, mean", (Column(Columns.Count), y, width, height), (low, high));
            }
        }

        for (int c = 0; c < names.Length; c++)
        {
            double middle = Column(c) + (width / 2);
            drawing.Add(new TextMark(
                new Place(middle + (turned ? 4 : 0), bottom + (turned ? 13 : 16)),
                TextWidth.Fit(names[c], LabelSize, turned ? 110 : width),
                LabelSize,
                ChartColor.Text,
                turned ? TextAnchor.End : TextAnchor.Middle)
            {
                Degrees = turned ? -35 : 0,
            });
        }

        DrawLabels(drawing, (top, bottom, left));
    }

    private void DrawLabels(Drawing drawing, (double Top, double Bottom, double Left) area)
    {
        if (RowLabel.Length > 0)
        {
            double middle = (area.Top + area.Bottom) / 2;
            string label = TextWidth.Fit(RowLabel, LabelSize, Math.Max(60, area.Bottom - area.Top));
            drawing.Add(new TextMark(
                new Place(PlotArea.Margin + 10, middle), label, LabelSize, ChartColor.Faint, TextAnchor.Middle)
            {
                Degrees = -90,
            });
        }

        if (ColumnLabel.Length > 0)
        {
            double middle = (area.Left + drawing.Width - PlotArea.Margin) / 2;
            double baseline = drawing.Height - 12 - (Note.Length > 0 ? 15 * TextWidth.Wrap(
                Note, 11.5, drawing.Width - (2 * PlotArea.Margin)).Count : 0);
            drawing.Write(ColumnLabel, middle, baseline, LabelSize, ChartColor.Faint, TextAnchor.Middle);
        }
    }

    private void Draw(
        Drawing drawing,
        HeatCell cell,
        string name,
        (double X, double Y, double Width, double Height) place,
        (double Low, double High) range)
    {
        double width = Math.Max(1, place.Width - CellGap);
        double height = Math.Max(1, place.Height - CellGap);
        if (cell.Finite is not { } value)
        {
            drawing.Add(new BoxMark(place.X, place.Y, width, height, ChartColor.Faint)
            {
                Hatched = true,
                Opacity = 0.55,
                Hint = $"{name}: {cell.Missing}",
            });
            return;
        }

        double share = range.High > range.Low ? (value - range.Low) / (range.High - range.Low) : 0.5;
        double opacity = MinOpacity + ((1 - MinOpacity) * share);
        drawing.Add(new BoxMark(place.X, place.Y, width, height, ChartColor.Heat)
        {
            Opacity = opacity,
            Hint = $"{name}: {Format(value, 1, range.High)}{(IsPercent ? "%" : "")}",
        });
        double size = Math.Clamp(0.45 * height, 8, 12);
        string text = Format(value, 1, range.High);
        text = TextWidth.Estimate(text, size) > width - 3 ? Format(value, 0, range.High) : text;
        ChartColor color = opacity > LightText ? ChartColor.Page : ChartColor.Text;
        drawing.Write(
            text, place.X + (width / 2), place.Y + (height / 2) + (0.36 * size), size, color, TextAnchor.Middle);
    }

    private string Format(double value, int decimals, double max) => IsPercent
        ? (100 * value).ToString($"F{decimals}", CultureInfo.InvariantCulture)
        : max is >= 10 and < 1000 ? value.ToString($"F{decimals}", CultureInfo.InvariantCulture)
        : ChartNumber.Format(value);

    private (double Low, double High) Range()
    {
        double[] values = [.. Cells.SelectMany(row => row).Select(cell => cell.Finite).OfType<double>()];
        return values.Length > 0 ? (values.Min(), values.Max()) : (0, 1);
    }

    private static double? MeanOf(IReadOnlyList<HeatCell> row)
    {
        double[] values = [.. row.Select(cell => cell.Finite).OfType<double>()];
        return values.Length > 0 ? values.Average() : null;
    }
}

/// <summary>A cell of a heat map.</summary>
/// <param name="Value">The value; null or not finite if it is missing.</param>
/// <param name="Missing">The reason if it is missing.</param>
internal sealed record HeatCell(double? Value, string Missing = "not measured")
{
    /// <summary>The value if it can be shown.</summary>
    public double? Finite => Value is { } value && double.IsFinite(value) ? value : null;
}

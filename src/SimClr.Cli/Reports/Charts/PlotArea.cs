namespace SimClr.Cli.Reports;

/// <summary>
/// The frame of a chart: title, legend, axes with ticks and labels, grid and note. It maps values to pixels.
/// </summary>
internal sealed class PlotArea
{
    public const double Margin = 10;
    private const double TickSize = 12;
    private const double LabelSize = 12.5;
    private const double TitleSize = 14.5;
    private const double BoldFactor = 1.1;
    private const double NoteSize = 11.5;
    private const double MaxTurnedWidth = 130;
    private const double TurnedDegrees = -35;

    private readonly Drawing drawing;
    private readonly AxisScale x;
    private readonly AxisScale y;

    /// <summary>Lays out and draws the frame.</summary>
    /// <param name="drawing">The drawing, still empty.</param>
    /// <param name="chart">The chart: title and note.</param>
    /// <param name="axes">The axes.</param>
    /// <param name="xs">All values along x.</param>
    /// <param name="ys">All values along y.</param>
    /// <param name="legend">The legend.</param>
    public PlotArea(
        Drawing drawing,
        Chart chart,
        (ChartAxis X, ChartAxis Y) axes,
        IReadOnlyCollection<double> xs,
        IReadOnlyCollection<double> ys,
        IReadOnlyList<LegendEntry> legend)
    {
        this.drawing = drawing;
        Top = ChartLegend.Draw(drawing, legend, DrawTitle(drawing, chart.Title)) + 8;
        double bottom = DrawNote(drawing, chart.Note) - (axes.X.Label.Length > 0 ? 20 : 0);
        int yTicks = Math.Clamp((int)((bottom - Top) / 38), 2, 8);
        double tickWidth = new AxisScale(axes.Y, ys, bottom, Top).Ticks(yTicks)
            .Select(tick => TextWidth.Estimate(tick.Label, TickSize)).DefaultIfEmpty(0).Max();
        Left = Margin + (axes.Y.Label.Length > 0 ? 18 : 0) + tickWidth + 8;
        Right = drawing.Width - Margin - 6;
        x = new AxisScale(axes.X, xs, Left, Right);
        TickLabel[] labels = LayOut(axes.X);
        Bottom = bottom - 6 - labels.Select(label => label.Height).DefaultIfEmpty(0).Max();
        y = new AxisScale(axes.Y, ys, Bottom, Top);
        DrawYAxis(axes.Y, yTicks);
        DrawXAxis(axes.X, labels, bottom);
    }

    /// <summary>The left edge in pixels.</summary>
    public double Left { get; }

    /// <summary>The right edge in pixels.</summary>
    public double Right { get; }

    /// <summary>The upper edge in pixels.</summary>
    public double Top { get; }

    /// <summary>The lower edge in pixels.</summary>
    public double Bottom { get; }

    /// <summary>Returns the horizontal pixel of a value.</summary>
    public double X(double value) => x.Map(value);

    /// <summary>Returns the vertical pixel of a value.</summary>
    public double Y(double value) => y.Map(value);

    /// <summary>Draws a level across the area.</summary>
    public void Draw(ChartReference reference)
    {
        double level = Y(reference.Value);
        drawing.Add(new LineMark([new Place(Left, level), new Place(Right, level)], ChartColor.Faint, 1.25)
        {
            Dashed = true,
        });
        double baseline = level - 14 < Top - 6 ? level + 14 : level - 5;
        drawing.Add(new TextMark(
            new Place(Right - 2, baseline), reference.Label, TickSize, ChartColor.Faint, TextAnchor.End)
        {
            Outlined = true,
        });
    }

    /// <summary>Writes a text into the middle of the empty area.</summary>
    public void WriteEmpty(string text)
        => drawing.Write(text, (Left + Right) / 2, (Top + Bottom) / 2, 13, ChartColor.Faint, TextAnchor.Middle);

    /// <summary>Draws a title at the top of a drawing.</summary>
    /// <returns>The lower edge of the title.</returns>
    public static double DrawTitle(Drawing drawing, string title)
    {
        double bottom = Margin;
        foreach (string line in TextWidth.Wrap(title, TitleSize * BoldFactor, drawing.Width - (2 * Margin)))
        {
            drawing.Add(new TextMark(new Place(Margin, bottom + 14), line, TitleSize, ChartColor.Text, TextAnchor.Start)
            {
                Bold = true,
            });
            bottom += 19;
        }

        return bottom + (title.Length > 0 ? 5 : 0);
    }

    /// <summary>Writes a note at the bottom of a drawing.</summary>
    /// <returns>The upper edge of the note.</returns>
    public static double DrawNote(Drawing drawing, string note)
    {
        IReadOnlyList<string> lines = TextWidth.Wrap(note, NoteSize, drawing.Width - (2 * Margin));
        double top = drawing.Height - 6 - (15 * lines.Count);
        for (int i = 0; i < lines.Count; i++)
        {
            drawing.Write(lines[i], Margin, top + 13 + (15 * i), NoteSize, ChartColor.Faint);
        }

        return top;
    }

    private void DrawYAxis(ChartAxis axis, int count)
    {
        foreach ((double value, string label) in y.Ticks(count))
        {
            double level = Y(value);
            drawing.Connect(Left, level, Right, level, ChartColor.Line);
            drawing.Write(label, Left - 7, level + 4, TickSize, ChartColor.Faint, TextAnchor.End);
        }

        if (axis.Label.Length > 0)
        {
            double middle = (Top + Bottom) / 2;
            string text = TextWidth.Fit(axis.Label, LabelSize, Math.Max(60, Bottom - Top + 16));
            drawing.Add(new TextMark(
                new Place(Margin + 10, middle), text, LabelSize, ChartColor.Text, TextAnchor.Middle)
            {
                Degrees = -90,
            });
        }
    }

    private void DrawXAxis(ChartAxis axis, TickLabel[] labels, double bottom)
    {
        drawing.Connect(Left, Bottom, Right, Bottom, ChartColor.Faint);
        foreach (TickLabel label in labels)
        {
            if (axis.Categories is null)
            {
                drawing.Connect(label.X, Bottom, label.X, Bottom + 4, ChartColor.Faint);
            }

            for (int i = 0; i < label.Lines.Count; i++)
            {
                drawing.Add(new TextMark(
                    new Place(label.X + (label.IsTurned ? 4 : 0), Bottom + (label.IsTurned ? 13 : 18) + (14 * i)),
                    label.Lines[i],
                    TickSize,
                    ChartColor.Faint,
                    label.IsTurned ? TextAnchor.End : TextAnchor.Middle)
                {
                    Degrees = label.IsTurned ? TurnedDegrees : 0,
                });
            }
        }

        if (axis.Label.Length > 0)
        {
            string text = TextWidth.Fit(axis.Label, LabelSize, drawing.Width - (2 * Margin));
            double half = TextWidth.Estimate(text, LabelSize) / 2;
            double middle = Math.Clamp((Left + Right) / 2, Margin + half, drawing.Width - Margin - half);
            drawing.Write(text, middle, bottom + 13, LabelSize, ChartColor.Text, TextAnchor.Middle);
        }
    }

    /// <summary>
    /// Returns the labels along x. Those of categories break into lines, or turn if a word is too long; those of
    /// numbers leave out the ones that would touch the one before.
    /// </summary>
    private TickLabel[] LayOut(ChartAxis axis)
    {
        (double Value, string Label)[] ticks = [.. x.Ticks(Math.Clamp((int)((Right - Left) / 70), 2, 8))];
        if (axis.Categories is null)
        {
            List<TickLabel> apart = [];
            double free = double.NegativeInfinity;
            foreach ((double value, string label) in ticks)
            {
                double half = TextWidth.Estimate(label, TickSize) / 2;
                double place = Math.Min(X(value), drawing.Width - 2 - half);
                if (place - half >= free)
                {
                    apart.Add(new TickLabel(X(value), [label], IsTurned: false));
                    free = place + half + 8;
                }
            }

            return [.. apart];
        }

        double slot = ((Right - Left) / Math.Max(1, ticks.Length)) - 6;
        IReadOnlyList<string>[] wrapped = [.. ticks.Select(tick => TextWidth.Wrap(tick.Label, TickSize, slot))];
        bool fits = wrapped.All(
            lines => lines.Count <= 3 && lines.All(line => TextWidth.Estimate(line, TickSize) <= slot));
        return [.. ticks.Select((tick, i) => fits
            ? new TickLabel(X(tick.Value), wrapped[i], IsTurned: false)
            : new TickLabel(X(tick.Value), [TextWidth.Fit(tick.Label, TickSize, MaxTurnedWidth)], IsTurned: true))];
    }

    /// <summary>A label below the axis.</summary>
    private sealed record TickLabel(double X, IReadOnlyList<string> Lines, bool IsTurned)
    {
        public double Height => IsTurned
            ? 16 + (Math.Sin(-TurnedDegrees * Math.PI / 180) * TextWidth.Estimate(Lines[0], TickSize))
            : 8 + (14 * Lines.Count);
    }
}

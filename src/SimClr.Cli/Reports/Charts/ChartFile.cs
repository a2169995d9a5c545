using SimClr.Internals;

namespace SimClr.Cli.Reports;

/// <summary>A chart as files of their own, each written completely or not at all.</summary>
internal static class ChartFile
{
    /// <summary>Returns the chart as SVG on white, which contains its data.</summary>
    public static string Svg(Chart chart, ChartColors colors)
        => SvgDrawing.ForFile(chart.Draw(colors), chart.Data().Csv());

    /// <summary>Returns the chart as PNG on white.</summary>
    public static byte[] Png(Chart chart, ChartColors colors) => PngDrawing.Render(chart.Draw(colors));

    /// <summary>Writes NAME.svg and NAME.png.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="name">The name without extension.</param>
    /// <param name="chart">The chart.</param>
    /// <param name="colors">The colors of the page.</param>
    public static void Write(string folder, string name, Chart chart, ChartColors colors)
    {
        AtomicFile.WriteText(Path.Combine(folder, $"{name}.svg"), Svg(chart, colors));
        byte[] png = Png(chart, colors);
        AtomicFile.Write(Path.Combine(folder, $"{name}.png"), stream => stream.Write(png));
    }
}

using System.Globalization;
using System.Text.RegularExpressions;
using SimClr.Cli.Reports;

namespace SimClr.Tests.Cli.Reports.Charts;

/// <summary>The colors of series can be told apart with every kind of color vision, on both backgrounds.</summary>
public sealed partial class ChartColorTests
{
    // Machado, Oliveira and Fernandes (2009), severity 1, in linear RGB: none, protan, deutan, tritan.
    private static readonly double[][] Visions =
    [
        [1, 0, 0, 0, 1, 0, 0, 0, 1],
        [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
        [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.011820, 0.042940, 0.968881],
        [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.303900],
    ];

    [Theory]
    [InlineData(0, "#ffffff")]
    [InlineData(1, "#14181d")]
    public void Series_differ_by_at_least_20_in_CIELAB_and_stand_out_from_the_page(int theme, string page)
    {
        string[] colors = [.. SeriesRegex().Matches(ChartColor.StyleSheet)
            .Select(match => match.Groups[1].Value)
            .Skip(theme * ChartColor.Count)
            .Take(ChartColor.Count)];
        Assert.Equal(8, colors.Length);
        Assert.Equal(
            theme == 0, colors.SequenceEqual(Enumerable.Range(0, 8).Select(i => ChartColor.OfSeries(i).Light)));
        Assert.All(colors, color => Assert.InRange(Contrast(color, page), 3, 21));
        foreach (double[] vision in Visions)
        {
            double[][] seen = [.. colors.Select(color => Lab(See(Linear(color), vision)))];
            for (int i = 0; i < seen.Length; i++)
            {
                for (int j = 0; j < i; j++)
                {
                    Assert.InRange(Math.Sqrt(seen[i].Zip(seen[j], (a, b) => (a - b) * (a - b)).Sum()), 20, 200);
                }
            }
        }
    }

    [Fact]
    public void The_page_colors_of_charts_are_those_of_the_page()
    {
        string light = PageAsset.PageStyle[..PageAsset.PageStyle.IndexOf("@media", StringComparison.Ordinal)];
        foreach (ChartColor color in new[] { ChartColor.Text, ChartColor.Faint, ChartColor.Line, ChartColor.Page })
        {
            Assert.Contains($"{color.Variable}: {color.Light};", light, StringComparison.Ordinal);
        }
    }

    private static double Contrast(string first, string second)
    {
        double[] levels = [.. new[] { first, second }.Select(Linear).Select(
            rgb => (0.2126 * rgb[0]) + (0.7152 * rgb[1]) + (0.0722 * rgb[2]))];
        return (levels.Max() + 0.05) / (levels.Min() + 0.05);
    }

    private static double[] Linear(string color) => [.. Enumerable.Range(0, 3)
        .Select(i => int.Parse(
            color.AsSpan(1 + (2 * i), 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture) / 255.0)
        .Select(value => value <= 0.04045 ? value / 12.92 : Math.Pow((value + 0.055) / 1.055, 2.4))];

    private static double[] See(double[] rgb, double[] vision) => [.. Enumerable.Range(0, 3).Select(
        row => Math.Clamp(Enumerable.Range(0, 3).Sum(column => vision[(3 * row) + column] * rgb[column]), 0, 1))];

    private static double[] Lab(double[] rgb)
    {
        double x = F(((0.4124 * rgb[0]) + (0.3576 * rgb[1]) + (0.1805 * rgb[2])) / 0.95047);
        double y = F((0.2126 * rgb[0]) + (0.7152 * rgb[1]) + (0.0722 * rgb[2]));
        double z = F(((0.0193 * rgb[0]) + (0.1192 * rgb[1]) + (0.9505 * rgb[2])) / 1.08883);
        return [(116 * y) - 16, 500 * (x - y), 200 * (y - z)];

        static double F(double t) => t > 0.008856 ? Math.Cbrt(t) : (7.787 * t) + (16.0 / 116);
    }

    [GeneratedRegex(@"--chart-\d: (#[0-9a-f]{6})")]
    private static partial Regex SeriesRegex();
}

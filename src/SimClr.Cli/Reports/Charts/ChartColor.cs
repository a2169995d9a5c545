using System.Globalization;
using System.Text;

namespace SimClr.Cli.Reports;

/// <summary>
/// A color of a chart: a variable on a page, so that light and dark differ, and a fixed color elsewhere.
/// </summary>
/// <param name="Variable">The CSS variable, such as <c>--chart-1</c>.</param>
/// <param name="Light">The color on white, as <c>#rrggbb</c>; files on white use it.</param>
internal sealed record ChartColor(string Variable, string Light)
{
    /// <summary>Text.</summary>
    public static readonly ChartColor Text = new("--text", "#1f2933");

    /// <summary>Axis numbers, notes and reference lines.</summary>
    public static readonly ChartColor Faint = new("--faint", "#5b6773");

    /// <summary>Grid lines.</summary>
    public static readonly ChartColor Line = new("--line", "#e1e6eb");

    /// <summary>The background.</summary>
    public static readonly ChartColor Page = new("--page", "#ffffff");

    /// <summary>The high end of a heat map; its opacity is the value.</summary>
    public static readonly ChartColor Heat = new("--chart-heat", "#123c7d");

    /// <summary>
    /// The colors of series, light and dark: blue, orange, teal, purple, orchid, brown, olive, slate. They were found
    /// by a search for the largest minimum distance in CIELAB as seen with full color vision and with each kind of
    /// color blindness (simulated as in Machado et al. 2009), at a contrast of at least 3 with the page.
    /// </summary>
    private static readonly (string Light, string Dark)[] Series =
    [
        ("#1c50f6", "#5371f5"),
        ("#d46902", "#dc4f20"),
        ("#2e9491", "#82d287"),
        ("#5d118d", "#d440b8"),
        ("#c776d5", "#d493b8"),
        ("#6b4406", "#878061"),
        ("#8d995f", "#e7d950"),
        ("#414b72", "#d4e9d7"),
    ];

    /// <summary>The number of different colors of series.</summary>
    public static int Count => Series.Length;

    /// <summary>The style sheet that defines the variables of charts, light and dark.</summary>
    public static string StyleSheet { get; } = CreateStyleSheet();

    /// <summary>
    /// Returns the color of a series; series count from 0, and colors repeat after <see cref="Count"/>.
    /// </summary>
    public static ChartColor OfSeries(int number) => new(
        string.Create(CultureInfo.InvariantCulture, $"--chart-{(number % Count) + 1}"), Series[number % Count].Light);

    private static string CreateStyleSheet()
    {
        var light = new StringBuilder($"{Heat.Variable}: {Heat.Light};");
        var dark = new StringBuilder($"{Heat.Variable}: #8fbcff;");
        for (int i = 0; i < Count; i++)
        {
            light.Append(CultureInfo.InvariantCulture, $" --chart-{i + 1}: {Series[i].Light};");
            dark.Append(CultureInfo.InvariantCulture, $" --chart-{i + 1}: {Series[i].Dark};");
        }

        return $":root {{ {light} }}\n@media (prefers-color-scheme: dark) {{ :root {{ {dark} }} }}\n"
            + "@media print { :root { " + light + " } }";
    }
}

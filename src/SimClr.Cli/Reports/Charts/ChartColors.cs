namespace SimClr.Cli.Reports;

/// <summary>
/// The colors of a page by name: the same name has the same color and marker in every chart. Names get numbers in the
/// order in which they first appear.
/// </summary>
internal sealed class ChartColors
{
    private readonly Dictionary<string, int> numbers = new(StringComparer.Ordinal);

    /// <summary>Creates the colors of a page.</summary>
    /// <param name="names">Names whose order fixes their colors.</param>
    public ChartColors(params IEnumerable<string> names)
    {
        foreach (string name in names)
        {
            _ = NumberOf(name);
        }
    }

    /// <summary>Returns the number of a name, which selects color and marker.</summary>
    public int NumberOf(string name)
    {
        if (!numbers.TryGetValue(name, out int number))
        {
            numbers[name] = number = numbers.Count;
        }

        return number;
    }

    /// <summary>Returns the color of a name.</summary>
    public ChartColor this[string name] => ChartColor.OfSeries(NumberOf(name));
}

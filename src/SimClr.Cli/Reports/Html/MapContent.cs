namespace SimClr.Cli.Reports;

/// <summary>The points of a map.</summary>
/// <param name="Summary">A description of the map in a sentence or two.</param>
/// <param name="Coordinates">The x and y of each point, in turn.</param>
/// <param name="Groups">The group of each point.</param>
/// <param name="Names">The names of the groups.</param>
/// <param name="Paths">The image path of each point.</param>
internal sealed record MapContent(
    string Summary,
    IReadOnlyList<float> Coordinates,
    IReadOnlyList<int> Groups,
    IReadOnlyList<string> Names,
    IReadOnlyList<string> Paths)
{
    /// <summary>The caption of the map, if it is one of two.</summary>
    public string? Caption { get; init; }

    /// <summary>A second map of the same points, drawn beside this one in the same colors; null for none.</summary>
    public MapContent? Beside { get; init; }

    public int Count => Paths.Count;

    /// <summary>Returns the points scaled to 0 … 1 with the same factor on both axes, y downward.</summary>
    public (float X, float Y)[] Scaled()
    {
        float[] x = [.. Enumerable.Range(0, Count).Select(i => Coordinates[2 * i])];
        float[] y = [.. Enumerable.Range(0, Count).Select(i => Coordinates[(2 * i) + 1])];
        float span = Math.Max(1e-12f, Math.Max(x.Max() - x.Min(), y.Max() - y.Min()));
        (float left, float top) = ((x.Max() + x.Min() - span) / 2, (y.Max() + y.Min() + span) / 2);
        return [.. x.Zip(y, (h, v) => ((h - left) / span, (top - v) / span))];
    }
}

namespace SimClr.Cli.Reports;

/// <summary>
/// The style sheets and scripts in <c>Assets</c>. They are embedded in the program and written into each page, so that
/// a page needs no other file.
/// </summary>
internal static class PageAsset
{
    /// <summary>The style of every page: light or dark as the reader prefers, for any window width.</summary>
    public static string PageStyle { get; } = Read("page.css");

    /// <summary>The style of a map, in addition to that of every page.</summary>
    public static string MapStyle { get; } = Read("map.css");

    /// <summary>
    /// The script of a map: draws the points, zooms, pans, shows the image of a point, and hides groups.
    /// </summary>
    public static string MapScript { get; } = Read("map.js");

    /// <summary>The script that saves typed labels as a CSV file.</summary>
    public static string LabelingScript { get; } = Read("labeling.js");

    /// <summary>The script that copies the paths of selected pictures.</summary>
    public static string SelectionScript { get; } = Read("selection.js");

    /// <summary>Reads an asset, without its last line break.</summary>
    private static string Read(string name)
    {
        using Stream stream = typeof(PageAsset).Assembly.GetManifestResourceStream($"SimClr.Cli.Reports.{name}")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().TrimEnd('\n');
    }
}

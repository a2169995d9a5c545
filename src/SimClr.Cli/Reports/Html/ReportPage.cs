namespace SimClr.Cli.Reports;

/// <summary>
/// The content of a page for <see cref="HtmlReport"/>. All text is plain; markup in it is shown literally.
/// </summary>
/// <param name="Title">The heading of the page.</param>
/// <param name="Summary">One paragraph on the work and its result.</param>
/// <param name="Sections">The sections.</param>
internal sealed record ReportPage(string Title, string Summary, IReadOnlyList<ReportSection> Sections);

/// <summary>A section of a page.</summary>
/// <param name="Heading">The heading.</param>
/// <param name="Blocks">Paragraphs, tables, figures.</param>
internal sealed record ReportSection(string Heading, params IReadOnlyList<ReportBlock> Blocks);

/// <summary>An element of a section.</summary>
internal abstract record ReportBlock;

/// <summary>A paragraph.</summary>
/// <param name="Text">The text.</param>
internal sealed record ReportParagraph(string Text) : ReportBlock;

/// <summary>
/// A table of accuracies, one row per compared item and one column per measure. The best value of each column is
/// highlighted.
/// </summary>
/// <param name="Caption">The caption.</param>
/// <param name="Measures">The columns.</param>
/// <param name="Rows">The rows.</param>
internal sealed record ReportTable(string Caption, IReadOnlyList<ReportMeasure> Measures, IReadOnlyList<ReportRow> Rows)
    : ReportBlock;

/// <summary>A column of a table; higher values are better.</summary>
/// <param name="Name">The heading.</param>
/// <param name="Meaning">One sentence on its meaning.</param>
/// <param name="IsShare">Whether values are formatted as percentages.</param>
internal sealed record ReportMeasure(string Name, string Meaning, bool IsShare = true);

/// <summary>A row of a table.</summary>
/// <param name="Name">The compared item.</param>
/// <param name="Values">One value per measure, 0 … 1; null if not measured.</param>
/// <param name="Highlight">Whether the row is the subject of the page.</param>
internal sealed record ReportRow(string Name, IReadOnlyList<double?> Values, bool Highlight = false);

/// <summary>A picture.</summary>
/// <param name="Png">The picture as a PNG file.</param>
/// <param name="Alternative">A description for readers who cannot see it.</param>
/// <param name="Caption">The caption below it.</param>
/// <param name="Scale">Picture pixels per page pixel.</param>
internal sealed record ReportPicture(byte[] Png, string Alternative, string Caption, int Scale = 1) : ReportBlock;

/// <summary>Thumbnails in a row.</summary>
/// <param name="Heading">The common heading; empty for none.</param>
/// <param name="Note">A line below the heading; empty for none.</param>
/// <param name="Images">The thumbnails.</param>
internal sealed record ReportGallery(string Heading, string Note, IReadOnlyList<GalleryImage> Images) : ReportBlock;

/// <summary>A thumbnail in a gallery.</summary>
/// <param name="Tile">The thumbnail; null if the image could not be read.</param>
/// <param name="Path">The path of the image.</param>
/// <param name="Caption">The caption below it.</param>
/// <param name="Marked">Whether the thumbnail is highlighted.</param>
/// <param name="File">The linked file; null for none.</param>
internal sealed record GalleryImage(Tile? Tile, string Path, string Caption, bool Marked, string? File = null)
{
    /// <summary>The checkbox below the thumbnail; null for none.</summary>
    public GalleryChoice? Choice { get; init; }
}

/// <summary>A checkbox below a thumbnail.</summary>
/// <param name="IsSelected">Whether it is checked at first.</param>
/// <param name="Similarity">The similarity to the image to keep, a cosine; null if there is none.</param>
internal sealed record GalleryChoice(bool IsSelected, double? Similarity);

/// <summary>The controls of the galleries after it whose thumbnails have checkboxes; at most one on a page.</summary>
/// <param name="MinSimilarity">The lowest similarity, where the slider begins; null for no slider.</param>
internal sealed record ReportSelection(double? MinSimilarity) : ReportBlock;

/// <summary>Thumbnails to label on the page.</summary>
/// <param name="Images">The thumbnails.</param>
/// <param name="Classes">The existing labels.</param>
/// <param name="Before">The images already labeled, which are saved together with the new ones.</param>
internal sealed record ReportLabeling(
    IReadOnlyList<GalleryImage> Images,
    IReadOnlyList<string> Classes,
    IReadOnlyList<(string Path, string Label)> Before) : ReportBlock;

/// <summary>Charts side by side, as many as the window allows.</summary>
/// <param name="Charts">The charts.</param>
/// <param name="Colors">The colors of the page.</param>
/// <param name="Caption">The caption below them; empty for none.</param>
internal sealed record ReportCharts(IReadOnlyList<Chart> Charts, ChartColors Colors, string Caption = "") : ReportBlock
{
    /// <summary>Whether the charts are small: three or more in a row of a wide window.</summary>
    public bool AreSmall { get; init; }
}

/// <summary>A table of text and numbers.</summary>
/// <param name="Table">The table.</param>
/// <param name="Caption">The caption above it.</param>
internal sealed record ReportGrid(ChartTable Table, string Caption) : ReportBlock;

/// <summary>Names with values.</summary>
/// <param name="Facts">The names and values.</param>
internal sealed record ReportFacts(IReadOnlyList<(string Name, string Value)> Facts) : ReportBlock;

/// <summary>Statements, each with its verdict.</summary>
/// <param name="Claims">The statements.</param>
internal sealed record ReportClaims(IReadOnlyList<ReportClaim> Claims) : ReportBlock;

/// <summary>A statement that a program has judged.</summary>
/// <param name="Text">The statement.</param>
/// <param name="Holds">Whether it holds; null if it could not be judged.</param>
/// <param name="Numbers">The numbers behind the verdict.</param>
internal sealed record ReportClaim(string Text, bool? Holds, string Numbers);

/// <summary>Lines to type or to keep, such as commands.</summary>
/// <param name="Lines">The lines.</param>
/// <param name="AreCommands">Whether the lines are commands.</param>
internal sealed record ReportLines(IReadOnlyList<string> Lines, bool AreCommands = true) : ReportBlock;

/// <summary>The data for reproducing a run.</summary>
/// <param name="CommandLine">The command line.</param>
/// <param name="Configuration">The complete configuration as YAML.</param>
/// <param name="Seed">The seed.</param>
/// <param name="Version">The version of this program.</param>
/// <param name="Machine">The machine of the run.</param>
/// <param name="Seconds">The duration of the run; null if unknown.</param>
internal sealed record ReportReproduction(
    string CommandLine, string Configuration, long Seed, string Version, string Machine, double? Seconds) : ReportBlock;

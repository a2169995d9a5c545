namespace SimClr.Cli.Reports;

/// <summary>A page to be written by <see cref="HtmlReport"/>. All texts are plain; markup in them is shown as it is.</summary>
/// <param name="Title">The page's heading.</param>
/// <param name="Summary">One paragraph: what was done and what came out.</param>
/// <param name="Sections">What follows.</param>
internal sealed record ReportPage(string Title, string Summary, IReadOnlyList<ReportSection> Sections);

/// <summary>A heading and what stands below it.</summary>
/// <param name="Heading">The heading.</param>
/// <param name="Blocks">Paragraphs, tables, figures.</param>
internal sealed record ReportSection(string Heading, params IReadOnlyList<ReportBlock> Blocks);

/// <summary>Something in a section.</summary>
internal abstract record ReportBlock;

/// <summary>A paragraph.</summary>
/// <param name="Text">Its text.</param>
internal sealed record ReportParagraph(string Text) : ReportBlock;

/// <summary>Accuracies: a row for each thing compared, a column for each measure. The best of each column stands out.</summary>
/// <param name="Caption">What the table shows.</param>
/// <param name="Measures">The columns.</param>
/// <param name="Rows">The rows.</param>
internal sealed record ReportTable(string Caption, IReadOnlyList<ReportMeasure> Measures, IReadOnlyList<ReportRow> Rows) : ReportBlock;

/// <summary>A column: the higher, the better.</summary>
/// <param name="Name">Its heading.</param>
/// <param name="Meaning">What it measures, in one sentence.</param>
/// <param name="IsShare">Whether it is written as a percentage.</param>
internal sealed record ReportMeasure(string Name, string Meaning, bool IsShare = true);

/// <summary>A row.</summary>
/// <param name="Name">What was measured.</param>
/// <param name="Values">One for each measure, fractions 0 … 1; null where it was not measured.</param>
/// <param name="Highlight">Whether it is the row that the page is about.</param>
internal sealed record ReportRow(string Name, IReadOnlyList<double?> Values, bool Highlight = false);

/// <summary>A picture.</summary>
/// <param name="Png">The picture.</param>
/// <param name="Alternative">What it shows, for those who cannot see it.</param>
/// <param name="Caption">What stands below it.</param>
/// <param name="Scale">Pixels of the picture per pixel of the page.</param>
internal sealed record ReportPicture(byte[] Png, string Alternative, string Caption, int Scale = 1) : ReportBlock;

/// <summary>Small pictures side by side.</summary>
/// <param name="Heading">What they have in common; empty for none.</param>
/// <param name="Note">A line below the heading; empty for none.</param>
/// <param name="Images">The pictures.</param>
internal sealed record ReportGallery(string Heading, string Note, IReadOnlyList<GalleryImage> Images) : ReportBlock;

/// <summary>A picture of a gallery.</summary>
/// <param name="Tile">The picture; null where the image could not be read.</param>
/// <param name="Path">The image.</param>
/// <param name="Caption">What stands below it.</param>
/// <param name="Marked">Whether it stands out.</param>
/// <param name="File">Where the picture leads to; null for nowhere.</param>
internal sealed record GalleryImage(Tile? Tile, string Path, string Caption, bool Marked, string? File = null);

/// <summary>Small pictures to be labeled on the page.</summary>
/// <param name="Images">The pictures.</param>
/// <param name="Classes">Labels that there are.</param>
/// <param name="Before">Images that have one, which is saved with the new ones.</param>
internal sealed record ReportLabeling(
    IReadOnlyList<GalleryImage> Images, IReadOnlyList<string> Classes, IReadOnlyList<(string Path, string Label)> Before) : ReportBlock;

/// <summary>A drawing.</summary>
/// <param name="Svg">An SVG element that names itself (<c>aria-label</c>).</param>
/// <param name="Caption">What stands below it.</param>
internal sealed record ReportDrawing(string Svg, string Caption) : ReportBlock;

/// <summary>What is needed to get the same again.</summary>
/// <param name="CommandLine">What to type.</param>
/// <param name="Configuration">The whole configuration as YAML.</param>
/// <param name="Seed">The seed.</param>
/// <param name="Version">Of this program.</param>
/// <param name="Machine">Where it ran.</param>
/// <param name="Seconds">How long it took.</param>
internal sealed record ReportReproduction(
    string CommandLine, string Configuration, long Seed, string Version, string Machine, double Seconds) : ReportBlock;

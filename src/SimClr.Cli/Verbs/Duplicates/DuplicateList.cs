using System.Globalization;
using System.Text.Json.Nodes;
using SimClr.Cli.Reports;
using SimClr.Duplicates;
using SimClr.Embeddings;

namespace SimClr.Cli.Verbs;

/// <summary>Groups of near-duplicates as text, JSON, CSV and an HTML page.</summary>
internal sealed class DuplicateList : IGroupList
{
    private const int MaxPerGroup = 24;

    private readonly EmbeddingTable table;
    private readonly ImageFiles files;
    private readonly IReadOnlyList<DuplicateGroup> groups;
    private readonly HashSet<int> identical;
    private readonly double threshold;
    private readonly int links;

    /// <summary>Creates the list.</summary>
    /// <param name="table">The embeddings, one row per file.</param>
    /// <param name="files">The files of the rows.</param>
    /// <param name="groups">The groups found.</param>
    /// <param name="threshold">The cosine threshold of the search.</param>
    /// <param name="links">The number of rows omitted because another row has the same file.</param>
    public DuplicateList(
        EmbeddingTable table, ImageFiles files, IReadOnlyList<DuplicateGroup> groups, double threshold, int links)
    {
        (this.table, this.files, this.groups, this.threshold, this.links) = (table, files, groups, threshold, links);
        identical = [.. groups.SelectMany(group => group.Duplicates.Where(
            found => files.Identical(group.Representative, found.Row)).Select(found => found.Row))];
    }

    /// <summary>The number of images that could be removed.</summary>
    public int Redundant => groups.Sum(group => group.Duplicates.Count);

    private long RedundantBytes
        => groups.SelectMany(group => group.Duplicates).Sum(found => files.Facts[found.Row]?.Bytes ?? 0);

    private string Summary => string.Create(
        CultureInfo.InvariantCulture,
        $"{Plural.Format(groups.Count, "group")} of near-duplicates among {Plural.Format(table.Count, "image")} at "
            + $"cosine {threshold}{Removable}{Linked}");

    private string Removable => groups.Count == 0
        ? ""
        : $": {Plural.Format(Redundant, "image")} could be removed{Freed}, "
            + $"{identical.Count} of them identical to the kept file";

    private string Linked => links == 0 ? "" : $"; {Plural.Format(links, "link")} to the same files left out";

    private string Freed
        => RedundantBytes > 0 ? string.Create(CultureInfo.InvariantCulture, $" ({RedundantBytes / 1e6:0.0} MB)") : "";

    public string CsvHeader => "group,keep,path,cosine,identical,width,height,bytes";

    public IEnumerable<string> Lines()
    {
        foreach ((int number, DuplicateGroup group) in groups.Index())
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"group {number + 1}");
            yield return $"  keep   {Describe(group.Representative)}";
            foreach (Duplicate found in group.Duplicates)
            {
                yield return string.Create(
                    CultureInfo.InvariantCulture,
                    $"  {found.Cosine:0.000}  "
                        + $"{Describe(found.Row)}{(identical.Contains(found.Row) ? ", identical file" : "")}");
            }
        }

        yield return Summary;
    }

    public JsonObject Json() => new()
    {
        ["images"] = table.Count,
        ["dimension"] = table.Dimension,
        ["threshold"] = threshold,
        ["duplicates"] = Redundant,
        ["identical"] = identical.Count,
        ["links"] = links,
        ["bytes"] = RedundantBytes,
        ["groups"] = new JsonArray([.. groups.Select(group => new JsonObject
        {
            ["keep"] = Entry(group.Representative),
            ["duplicates"] = new JsonArray([.. group.Duplicates.Select(Entry)]),
        })]),
    };

    public IEnumerable<object?[]> CsvRows()
    {
        foreach ((int number, DuplicateGroup group) in groups.Index())
        {
            yield return CsvRow(number, group.Representative, kept: true, 1);
            foreach (Duplicate found in group.Duplicates)
            {
                yield return CsvRow(number, found.Row, kept: false, found.Cosine);
            }
        }
    }

    public ReportPage Page(RowImages images)
    {
        var gallery = new Gallery(table, images);
        var blocks = new List<ReportBlock>();
        int left = Gallery.MaxPictures;
        foreach ((int number, DuplicateGroup group) in groups.Index())
        {
            int shown = Math.Min(group.Duplicates.Count, MaxPerGroup - 1);
            if (left < shown + 1)
            {
                blocks.Add(new ReportParagraph(
                    $"{Plural.Format(groups.Count - number, "group")} more are not shown; "
                        + "--csv and --json list all of them."));
                break;
            }

            left -= shown + 1;
            blocks.Add(new ReportGallery(
                $"Group {number + 1}: {group.Duplicates.Count + 1} images",
                shown < group.Duplicates.Count
                    ? $"the {shown} most similar of {group.Duplicates.Count} duplicates"
                    : "",
                [
                    gallery.Picture(group.Representative, $"keep{SizeOf(group.Representative)}", marked: true),
                    .. group.Duplicates.Take(shown).Select(found => gallery.Picture(
                        found.Row,
                        (identical.Contains(found.Row) ? "identical file" : Gallery.Cosine(found.Cosine))
                            + SizeOf(found.Row))),
                ]));
        }

        return new ReportPage(
            "Near-duplicates",
            $"{Summary}.",
            blocks.Count == 0 ? [] : [new ReportSection("Groups", blocks)]);
    }

    private string SizeOf(int row)
        => files.Facts[row] is { Pixels: > 0 } facts ? $" · {facts.Width}\u00a0×\u00a0{facts.Height}" : "";

    private string Describe(int row) => files.Facts[row] is { } facts && facts.Pixels > 0
        ? string.Create(
            CultureInfo.InvariantCulture,
            $"{TerminalText.EscapeName(table.Paths[row])} ({facts.Width} × "
                + $"{facts.Height}{(facts.Bytes > 0 ? $", {facts.Bytes} bytes" : "")})")
        : TerminalText.EscapeName(table.Paths[row]);

    private JsonObject Entry(Duplicate found)
    {
        JsonObject entry = Entry(found.Row);
        entry["cosine"] = Math.Round(found.Cosine, 6);
        entry["identical"] = identical.Contains(found.Row);
        return entry;
    }

    private JsonObject Entry(int row) => new()
    {
        ["path"] = table.Paths[row],
        ["width"] = files.Facts[row]?.Width,
        ["height"] = files.Facts[row]?.Height,
        ["bytes"] = files.Facts[row]?.Bytes,
    };

    private object?[] CsvRow(int group, int row, bool kept, double cosine)
    {
        ImageFacts? facts = files.Facts[row];
        return
        [
            group + 1, kept ? 1 : 0, table.Paths[row], Math.Round(cosine, 6), identical.Contains(row) ? 1 : 0,
            facts?.Width, facts?.Height, facts?.Bytes,
        ];
    }
}

using System.Globalization;
using System.Text.Json.Nodes;
using SimClr.Cli.Reports;
using SimClr.Duplicates;

namespace SimClr.Cli.Verbs;

/// <summary>Groups of duplicates as text, JSON, CSV and an HTML page.</summary>
/// <param name="found">The duplicates.</param>
/// <param name="move">The moves of <c>--move-to</c>; null for none.</param>
internal sealed class DuplicateList(DuplicateFindings found, DuplicateMove? move) : IGroupList
{
    private const int MaxPerGroup = 24;
    private const int MaxRejectedLines = 20;

    private long RedundantBytes
        => found.Groups.SelectMany(group => group.Duplicates).Sum(one => found.Facts[one.Row]?.Bytes ?? 0);

    private string Summary => string.Create(
        CultureInfo.InvariantCulture,
        $"{Plural.Format(found.Groups.Count, "group")} of near-duplicates among "
            + $"{Plural.Format(found.Paths.Count, "image")} {found.Threshold.Text}{Removable}{Rejected}{Linked}");

    private string Removable => found.Groups.Count == 0
        ? ""
        : $": {Plural.Format(found.Redundant, "image")} could be removed{Freed}, "
            + $"{found.Identical.Count} of them identical to the kept file";

    private string Rejected => found.RejectedPairs == 0
        ? ""
        : $"; {Plural.Format(found.RejectedPairs, "pair")} more that only the encoder accepts";

    private string Linked
        => found.Links == 0 ? "" : $"; {Plural.Format(found.Links, "link")} to the same files left out";

    private string Freed
        => RedundantBytes > 0 ? string.Create(CultureInfo.InvariantCulture, $" ({RedundantBytes / 1e6:0.0} MB)") : "";

    public string CsvHeader => "group,keep,path,cosine,identical,width,height,bytes,distance,confirmed,large";

    public IEnumerable<string> Lines()
    {
        foreach ((int number, DuplicateGroup group) in found.Groups.Index())
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"group {number + 1}{Warning(group)}");
            yield return $"  keep   {Describe(group.Representative)}";
            foreach (Duplicate one in group.Duplicates)
            {
                yield return $"  {Measure(one)}  {Describe(one.Row)}{(IsIdentical(one) ? ", identical file" : "")}";
            }
        }

        foreach (string line in RejectedLines())
        {
            yield return line;
        }

        if (found.Threshold.Line is { } line2)
        {
            yield return line2;
        }

        yield return Summary;
        foreach (string line in move?.Lines() ?? [])
        {
            yield return line;
        }
    }

    public JsonObject Json()
    {
        var json = new JsonObject { ["images"] = found.Paths.Count, ["dimension"] = found.Dimension };
        found.Threshold.AddTo(json);
        json["duplicates"] = found.Redundant;
        json["identical"] = found.Identical.Count;
        json["confirmed"] = found.Confirmed?.Count;
        json["links"] = found.Links;
        json["bytes"] = RedundantBytes;
        json["groups"] = Entries(found.Groups);
        json["rejected"] = Entries(found.Rejected);
        move?.AddTo(json);
        return json;
    }

    public IEnumerable<object?[]> CsvRows()
    {
        foreach ((int number, DuplicateGroup group) in found.Groups.Index())
        {
            int large = found.IsLarge(group) ? 1 : 0;
            yield return
            [
                .. CsvRow(number, group.Representative, kept: true), 1, 0, .. Facts(group.Representative), null, null,
                large,
            ];
            foreach (Duplicate one in group.Duplicates)
            {
                yield return
                [
                    .. CsvRow(number, one.Row, kept: false), Cosine(one), IsIdentical(one) ? 1 : 0, .. Facts(one.Row),
                    one.Distance, found.Confirmed is null ? null : found.Confirmed.Contains(one.Row) ? 1 : 0, large,
                ];
            }
        }
    }

    public ReportPage Page(RowImages images)
    {
        var gallery = new Gallery(found.Paths, images);
        int left = Gallery.MaxPictures;
        List<ReportBlock> groups = Blocks(gallery, found.Groups, "Group", ref left);
        List<ReportBlock> rejected = Blocks(gallery, found.Rejected, "Pairs", ref left);
        var sections = new List<ReportSection>();
        if (groups.Count > 0)
        {
            groups.Insert(0, new ReportSelection(found.Threshold.Value));
            sections.Add(new ReportSection("Groups", groups));
        }

        if (rejected.Count > 0)
        {
            rejected.Insert(0, new ReportParagraph(
                "The encoder finds these alike, and the perceptual hash, which knows nothing of it, does not: often a "
                    + "strong crop, often another image."));
            sections.Add(new ReportSection("Only the encoder accepts", rejected));
        }

        string measured = found.Threshold.Line is { } line ? $" {char.ToUpperInvariant(line[0])}{line[1..]}." : "";
        return new ReportPage("Near-duplicates", $"{Summary}.{measured}", sections);
    }

    private List<ReportBlock> Blocks(
        Gallery gallery, IReadOnlyList<DuplicateGroup> groups, string name, ref int left)
    {
        var blocks = new List<ReportBlock>();
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
            string most = shown < group.Duplicates.Count
                ? $"the {shown} most similar of {group.Duplicates.Count} duplicates"
                : "";
            blocks.Add(new ReportGallery(
                $"{name} {number + 1}: {group.Duplicates.Count + 1} images{Warning(group)}",
                most,
                [
                    gallery.Picture(group.Representative, $"keep{SizeOf(group.Representative)}", marked: true),
                    .. group.Duplicates.Take(shown).Select(one => gallery.Picture(one.Row, Caption(one)) with
                    {
                        Choice = ReferenceEquals(groups, found.Groups)
                            ? new GalleryChoice(found.IsSafe(one) && !found.IsLarge(group), Cosine(one))
                            : null,
                    }),
                ]));
        }

        return blocks;
    }

    private IEnumerable<string> RejectedLines()
    {
        if (found.RejectedPairs == 0)
        {
            yield break;
        }

        yield return "accepted by the encoder, but not by the hash (left out of the groups)";
        foreach ((DuplicateGroup group, Duplicate one) in found.Rejected
            .SelectMany(group => group.Duplicates.Select(one => (group, one))).Take(MaxRejectedLines))
        {
            yield return $"  {Measure(one)}  {one.Distance} bits  {Describe(one.Row)} and "
                + Describe(group.Representative);
        }

        if (found.RejectedPairs > MaxRejectedLines)
        {
            yield return $"  … {found.RejectedPairs - MaxRejectedLines} more; --json and --html list them";
        }
    }

    /// <summary>The warning on a group that holds much of the set; empty for others.</summary>
    private string Warning(DuplicateGroup group) => !found.IsLarge(group) ? "" : string.Create(
        CultureInfo.InvariantCulture,
        $" (WARNING: {100.0 * (group.Duplicates.Count + 1) / found.Paths.Count:0}% of all images; look before you "
            + $"believe it)");

    private bool IsIdentical(Duplicate one) => found.Identical.Contains(one.Row);

    private static string Measure(Duplicate one) => double.IsNaN(one.Cosine)
        ? string.Create(CultureInfo.InvariantCulture, $"{one.Distance,2} bit")
        : string.Create(CultureInfo.InvariantCulture, $"{one.Cosine:0.000}");

    private static double? Cosine(Duplicate one) => double.IsNaN(one.Cosine) ? null : Math.Round(one.Cosine, 6);

    private string Caption(Duplicate one)
        => (IsIdentical(one) ? "identical file" : double.IsNaN(one.Cosine) ? $"{one.Distance} bits differ"
            : Gallery.Cosine(one.Cosine)) + SizeOf(one.Row);

    private string SizeOf(int row)
        => found.Facts[row] is { Pixels: > 0 } facts ? $" · {facts.Width}\u00a0×\u00a0{facts.Height}" : "";

    private string Describe(int row) => found.Facts[row] is { } facts && facts.Pixels > 0
        ? string.Create(
            CultureInfo.InvariantCulture,
            $"{TerminalText.EscapeName(found.Paths[row])} ({facts.Width} × "
                + $"{facts.Height}{(facts.Bytes > 0 ? $", {facts.Bytes} bytes" : "")})")
        : TerminalText.EscapeName(found.Paths[row]);

    private JsonArray Entries(IReadOnlyList<DuplicateGroup> groups) => new([.. groups.Select(group => new JsonObject
    {
        ["keep"] = Entry(group.Representative),
        ["duplicates"] = new JsonArray([.. group.Duplicates.Select(Entry)]),
        ["large"] = found.IsLarge(group),
    })]);

    private JsonObject Entry(Duplicate one)
    {
        JsonObject entry = Entry(one.Row);
        entry["cosine"] = Cosine(one);
        entry["identical"] = IsIdentical(one);
        entry["distance"] = one.Distance;
        entry["confirmed"] = found.Confirmed?.Contains(one.Row);
        return entry;
    }

    private JsonObject Entry(int row) => new()
    {
        ["path"] = found.Paths[row],
        ["width"] = found.Facts[row]?.Width,
        ["height"] = found.Facts[row]?.Height,
        ["bytes"] = found.Facts[row]?.Bytes,
    };

    private object?[] CsvRow(int group, int row, bool kept) => [group + 1, kept ? 1 : 0, found.Paths[row]];

    private object?[] Facts(int row)
        => [found.Facts[row]?.Width, found.Facts[row]?.Height, found.Facts[row]?.Bytes];
}

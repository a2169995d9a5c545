using System.Globalization;
using System.Text.Json.Nodes;
using SimClr.Cli.Reports;
using SimClr.Data;

namespace SimClr.Cli.Verbs;

/// <summary>The faults of a set of images as text, JSON, CSV and an HTML page of galleries.</summary>
/// <param name="images">The checked images.</param>
/// <param name="readable">The number of images that can be read.</param>
/// <param name="lists">The faults of each kind.</param>
internal sealed class CheckReport(ImageDataSet images, int readable, IReadOnlyList<CheckedList> lists)
{
    public const string CsvHeader = "kind,path,value,detail";

    private const int MaxLines = 8;
    private const int MaxPerGallery = 60;

    private int Faulty => lists.SelectMany(list => list.Items.Select(item => item.Path)).Distinct().Count();

    private string Summary
        => $"{Plural.Format(images.Count, "image")} checked, {Faulty:N0} with a finding; nothing was moved or changed";

    public IEnumerable<string> Lines()
    {
        foreach (CheckedList list in lists.Where(list => list.Items.Count > 0))
        {
            yield return $"{list.Title}: {Plural.Format(list.Items.Count, "image")} ({list.Meaning})";
            foreach (CheckedItem item in list.Items.Take(MaxLines))
            {
                yield return $"  {TerminalText.EscapeName(item.Path)}: {TerminalText.EscapeName(item.Detail)}";
            }

            if (list.Items.Count > MaxLines)
            {
                yield return $"  … {list.Items.Count - MaxLines} more; --html, --out and --json list them";
            }
        }

        string[] clean = [.. lists.Where(list => list.Items.Count == 0).Select(list => list.Kind)];
        if (clean.Length > 0)
        {
            yield return $"none: {string.Join(", ", clean).Replace('_', ' ')}";
        }

        yield return Summary;
    }

    public JsonObject Json()
    {
        var json = new JsonObject
        {
            ["check"] = images.Name,
            ["images"] = images.Count,
            ["readable"] = readable,
            ["with_findings"] = Faulty,
        };
        if (lists.FirstOrDefault(list => list.Accuracy is not null) is { } judged)
        {
            json["label_accuracy"] = Math.Round(judged.Accuracy!.Value, 4);
        }

        foreach (CheckedList list in lists)
        {
            json[list.Kind] = new JsonArray([.. list.Items.Select(item => new JsonObject(
                [
                    KeyValuePair.Create("path", (JsonNode?)item.Path),
                    KeyValuePair.Create("value", (JsonNode?)item.Value),
                    .. item.Json.Select(entry => KeyValuePair.Create(entry.Key, entry.Value?.DeepClone())),
                ]))]);
        }

        return json;
    }

    public IEnumerable<object?[]> CsvRows()
        => lists.SelectMany(list => list.Items.Select(
            item => new object?[] { list.Kind, item.Path, item.Value, item.Detail }));

    public ReportPage Page()
    {
        string[] paths = [.. Enumerable.Range(0, images.Count).Select(images.PathOf)];
        var gallery = new Gallery(paths, new RowImages(paths, images, null));
        int left = Gallery.MaxPictures;
        var sections = new List<ReportSection>();
        foreach (CheckedList list in lists.Where(list => list.Items.Count > 0))
        {
            CheckedItem[] shown = [.. list.Items.Take(Math.Min(MaxPerGallery, left))];
            left -= shown.Length;
            string note = shown.Length < list.Items.Count
                ? $"{list.Meaning}; the first {shown.Length} of {list.Items.Count}"
                : list.Meaning;
            sections.Add(new ReportSection(
                $"{list.Title}: {Plural.Format(list.Items.Count, "image")}",
                new ReportGallery("", note, [.. shown.Select(item => Picture(gallery, item))])));
        }

        return new ReportPage(
            "Check of the images", string.Create(CultureInfo.InvariantCulture, $"{images.Name}: {Summary}."), sections);
    }

    private static GalleryImage Picture(Gallery gallery, CheckedItem item)
        => item.Image is { } index
            ? gallery.Picture(index, item.Detail)
            : new GalleryImage(null, item.Path, item.Detail, Marked: false);
}

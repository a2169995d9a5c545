using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using SimClr.Cli.Reports;
using SimClr.Embeddings;
using SimClr.Maps;

namespace SimClr.Cli.Verbs;

/// <summary>A map as a page or picture, JSON, CSV and text.</summary>
internal sealed class MapReport
{
    private const int Neighbors = 5;

    private readonly TableInputs input;
    private readonly int[] rows;
    private readonly EmbeddingTable table;
    private readonly ImageMap map;
    private readonly MapGroups groups;
    private readonly string method;
    private readonly double? trust;

    /// <summary>Creates the report.</summary>
    /// <param name="input">The embeddings that were read.</param>
    /// <param name="rows">The rows on the map.</param>
    /// <param name="table">The embeddings of these rows.</param>
    /// <param name="map">The coordinates of these rows.</param>
    /// <param name="groups">The groups of these rows.</param>
    /// <param name="method">The projection method.</param>
    public MapReport(TableInputs input, int[] rows, EmbeddingTable table, ImageMap map, MapGroups groups, string method)
    {
        (this.input, this.rows, this.table, this.map, this.groups, this.method) =
            (input, rows, table, map, groups, method);
        trust = table.Count > 2 * Neighbors ? Trustworthiness.Measure(table, map, Neighbors) : null;
    }

    private string Summary
    {
        get
        {
            string some = rows.Length < input.Table.Count
                ? $"{rows.Length} of {Plural.Format(input.Table.Count, "image")} (sampled by seed)"
                : Plural.Format(rows.Length, "image");
            string quality = trust is { } value
                ? string.Create(CultureInfo.InvariantCulture, $", trustworthiness {value:0.000}")
                : "";
            string variance = map.Explained is { } share
                ? string.Create(CultureInfo.InvariantCulture, $", {share:0%} of the variance on the two axes")
                : "";
            return $"{some} by {method}, colored by {groups.Kind}{quality}{variance}";
        }
    }

    public void Write(OutputFile file, IProgress<int> progress, CancellationToken cancel)
    {
        var sheet = new MapTiles(rows.Length, row => input.Images.Read(rows[row]));
        bool page = !Path.GetExtension(file.Path).Equals(".png", StringComparison.OrdinalIgnoreCase);
        var content = new MapContent(
            $"{Summary}.", map.Coordinates, groups.Numbers, groups.Names, table.Paths);
        file.Write(page
            ? Encoding.UTF8.GetBytes(MapPage.Html(content, sheet.Draw(progress, cancel)))
            : MapPicture.Draw(content, row => input.Images.Read(rows[row])));
    }

    public void WriteCsv(OutputFile? file)
    {
        if (file is not null)
        {
            CsvText.Write(file, $"path,x,y,{groups.Kind}", Enumerable.Range(0, table.Count).Select(row => new object?[]
            {
                table.Paths[row], map[row].X, map[row].Y, groups.Names[groups.Numbers[row]],
            }));
        }
    }

    public JsonObject Json(OutputFile file, OutputFile? csv) => new()
    {
        ["file"] = file.Path,
        ["images"] = input.Table.Count,
        ["shown"] = rows.Length,
        ["dimension"] = table.Dimension,
        ["method"] = method,
        ["color"] = groups.Kind,
        ["groups"] = groups.Names.Count,
        ["trustworthiness"] = trust,
        ["explained"] = map.Explained,
        ["skipped_images"] = input.Skipped,
        ["csv"] = csv?.Path,
    };

    public string Text(OutputFile file) => $"wrote {file.Path}: {Summary}";
}

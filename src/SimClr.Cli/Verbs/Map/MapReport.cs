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
        trust = Measure(table, map);
    }

    /// <summary>A second map of the same images; null for none.</summary>
    public Panel? Beside { get; init; }

    /// <summary>The embeddings as typed.</summary>
    public required string Source { get; init; }

    private string Summary
    {
        get
        {
            string some = rows.Length < input.Table.Count
                ? $"{rows.Length} of {Plural.Format(input.Table.Count, "image")} (sampled by seed)"
                : Plural.Format(rows.Length, "image");
            return $"{some} by {method}, colored by {groups.Kind}"
                + (Beside is null ? Quality(trust, map) : $": {Caption}; {Beside.Caption}");
        }
    }

    private string Caption => Path.GetFileName(Source) + Quality(trust, map);

    public void Write(OutputFile file, IProgress<int> progress, CancellationToken cancel)
    {
        var sheet = new MapTiles(rows.Length, row => input.Images.Read(rows[row]));
        bool page = !Path.GetExtension(file.Path).Equals(".png", StringComparison.OrdinalIgnoreCase);
        var content = new MapContent(
            $"{Summary}.", map.Coordinates, groups.Numbers, groups.Names, table.Paths)
        {
            Caption = Beside is null ? null : Caption,
        };
        content = Beside is null ? content : content with
        {
            Beside = content with { Coordinates = Beside.Map.Coordinates, Caption = Beside.Caption },
        };
        file.Write(page
            ? Encoding.UTF8.GetBytes(MapPage.Html(content, sheet.Draw(progress, cancel)))
            : MapPicture.Draw(content, row => input.Images.Read(rows[row])));
    }

    public void WriteCsv(OutputFile? file)
    {
        if (file is not null)
        {
            string header = $"path,x,y,{groups.Kind}{(Beside is null ? "" : ",beside_x,beside_y")}";
            CsvText.Write(file, header, Enumerable.Range(0, table.Count).Select(row => (object?[])
            [
                table.Paths[row], map[row].X, map[row].Y, groups.Names[groups.Numbers[row]],
                .. Beside is null ? Array.Empty<object?>() : [Beside.Map[row].X, Beside.Map[row].Y],
            ]));
        }
    }

    public JsonObject Json(OutputFile file, OutputFile? csv)
    {
        JsonObject json = Json(file.Path, csv?.Path);
        if (Beside is not null)
        {
            json["beside"] = new JsonObject
            {
                ["file"] = Beside.File,
                ["dimension"] = Beside.Table.Dimension,
                ["trustworthiness"] = Beside.Trust,
                ["explained"] = Beside.Map.Explained,
            };
        }

        return json;
    }

    private JsonObject Json(string file, string? csv) => new()
    {
        ["file"] = file,
        ["images"] = input.Table.Count,
        ["shown"] = rows.Length,
        ["dimension"] = table.Dimension,
        ["method"] = method,
        ["color"] = groups.Kind,
        ["groups"] = groups.Names.Count,
        ["trustworthiness"] = trust,
        ["explained"] = map.Explained,
        ["skipped_images"] = input.Skipped,
        ["csv"] = csv,
    };

    private static double? Measure(EmbeddingTable table, ImageMap map)
        => table.Count > 2 * Neighbors ? Trustworthiness.Measure(table, map, Neighbors) : null;

    private static string Quality(double? trust, ImageMap map)
    {
        string quality = trust is { } value
            ? string.Create(CultureInfo.InvariantCulture, $", trustworthiness {value:0.000}")
            : "";
        return map.Explained is { } share
            ? quality + string.Create(CultureInfo.InvariantCulture, $", {share:0%} of the variance on the two axes")
            : quality;
    }

    public string Text(OutputFile file) => $"wrote {file.Path}: {Summary}";

    /// <summary>A map of the same images by other embeddings.</summary>
    /// <param name="File">The embeddings as typed.</param>
    /// <param name="Table">The embeddings.</param>
    /// <param name="Map">Their map.</param>
    public sealed record Panel(string File, EmbeddingTable Table, ImageMap Map)
    {
        public double? Trust { get; } = Measure(Table, Map);

        public string Caption => Path.GetFileName(File) + Quality(Trust, Map);
    }
}

using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using SimClr.Data;
using SimClr.Tests.Cli.Reports;

namespace SimClr.Tests.Cli;

/// <summary>The verbs duplicates, cluster, label, and map.</summary>
[Collection(ComputeThreadsCollection.Name)]
public sealed partial class GroupCommandsTests(GroupFixture fixture) : IClassFixture<GroupFixture>
{
    [Fact]
    public void Duplicates_name_the_image_to_keep_and_the_identical_files()
    {
        JsonObject json = fixture.Run("duplicates all.csv --threshold 0.9999 --csv d.csv --html d.html --json").Json;

        Assert.Equal(38, (int)json["images"]!);
        Assert.Equal(2, (int)json["duplicates"]!);
        Assert.Equal(1, (int)json["identical"]!);
        JsonObject[] groups = [.. json["groups"]!.AsArray().Select(group => group!.AsObject())];
        Assert.Equal(2, groups.Length);
        JsonObject same = groups.Single(group => Name(group["keep"]!) == "2.png");
        Assert.Equal("copy.png", Name(Assert.Single(same["duplicates"]!.AsArray())!));
        Assert.True((bool)same["duplicates"]![0]!["identical"]!);
        JsonObject smaller = groups.Single(group => Name(group["keep"]!) == "5.png");
        Assert.Equal(24, (int)smaller["keep"]!["width"]!);
        Assert.Equal("small.png", Name(smaller["duplicates"]![0]!));
        Assert.Equal(Math.Cos(0.4 * Math.PI / 180), (double)smaller["duplicates"]![0]!["cosine"]!, 1e-5);

        string[] rows = File.ReadAllLines(fixture.At("d.csv"));
        Assert.Equal("group,keep,path,cosine,identical,width,height,bytes,distance,confirmed,large", rows[0]);
        Assert.Equal(5, rows.Length);
        Assert.Equal(4, PicturesOf("d.html", script: true).Count);
        string page = File.ReadAllText(fixture.At("d.html"));
        Assert.Equal(2, page.Split("<input type=\"checkbox\"").Length - 1);
        Assert.Equal(1, page.Split(" checked>").Length - 1);   // that of the identical file; the other is not confirmed
        Assert.Contains("id=\"similarity\"", page);
    }

    [Fact]
    public void A_threshold_of_one_finds_only_identical_images()
    {
        CommandRun run = fixture.Run("duplicates plain.csv --threshold 1");

        Assert.Equal(0, run.Code);
        Assert.Contains("1 group of near-duplicates among 38 images at cosine 1", run.Output);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" --json")]
    public void An_encoder_that_cannot_tell_images_apart_is_refused_and_no_image_is_listed_for_removal(string more)
    {
        CommandRun run = fixture.Run($"duplicates equal.csv --csv none.csv --html none.html{more}");

        Assert.Contains("100% of random pairs of these 6 images reach the threshold of 0.97", run.Refused(3));
        Assert.DoesNotContain("could go", run.Error);
        Assert.False(File.Exists(fixture.At("none.csv")) || File.Exists(fixture.At("none.html")));
    }

    [Fact]
    public void Clusters_are_the_colors_and_agree_with_the_labels()
    {
        JsonObject json = fixture.Run("cluster all.csv --csv c.csv --html c.html --json").Json;

        Assert.Equal(3, (int)json["k"]!);
        Assert.Equal(1, (double)json["nmi"]!, 1e-9);
        Assert.Equal(1, (double)json["ari"]!, 1e-9);
        Assert.Equal([14, 12, 12], json["clusters"]!.AsArray().Select(cluster => (int)cluster!["images"]!));
        Assert.Equal(14, (int)json["clusters"]![0]!["labels"]!["red"]!);
        Assert.Equal(
            (double)json["silhouette"]!, json["sweep"]!.AsArray().Max(point => (double)point!["silhouette"]!), 1e-6);
        string[] rows = File.ReadAllLines(fixture.At("c.csv"));
        Assert.Equal("path,cluster,cosine,label", rows[0]);
        Assert.All(
            rows.Skip(1).Where(row => row.EndsWith(",red", StringComparison.Ordinal)),
            row => Assert.Equal("0", row.Split(',')[1]));
        Assert.Equal(38, PicturesOf("c.html").Count);
    }

    [Fact]
    public void Clusters_of_images_without_labels_report_no_agreement()
    {
        JsonObject json = fixture.Run("cluster plain.csv --k 5 --json").Json;

        Assert.Equal(5, (int)json["k"]!);
        Assert.Null(json["nmi"]);
        Assert.Null(json["sweep"]);
    }

    [Fact]
    public void Labels_lead_to_predictions_and_the_next_images()
    {
        JsonObject json = fixture.Run(
            "label plain.csv --labels labels.csv --out p.csv --suggest 4 --next next.csv --html s.html --json").Json;

        Assert.Equal(9, (int)json["labeled"]!);
        Assert.Equal(1, (double)json["cross_validation"]!["accuracy"]!);
        Assert.Equal(4, json["suggestions"]!.AsArray().Count);
        string[] predictions = File.ReadAllLines(fixture.At("p.csv"));
        Assert.Equal("path,label,prediction,confidence", predictions[0]);
        Assert.Equal(39, predictions.Length);
        Assert.All(
            predictions.Skip(1).Take(GroupFixture.Images), row => Assert.Contains($"/{row.Split(',')[2]}/", row));
        string[] next = File.ReadAllLines(fixture.At("next.csv"));
        Assert.Equal(1 + 9 + 4, next.Length);
        Assert.All(next.Skip(10), row => Assert.Equal("", row.Split(',')[1]));
        Assert.Equal(9, (int)fixture.Run("label plain.csv --labels next.csv --json").Json["labeled"]!);
        Assert.Equal(4, PicturesOf("s.html", script: true).Count);
    }

    [Fact]
    public void Labels_typed_on_the_page_are_saved_with_the_existing_ones()
    {
        JsonObject json = fixture.Run("label plain.csv --labels labels.csv --suggest 3 --html typed.html --json").Json;

        string html = File.ReadAllText(fixture.At("typed.html"));
        Assert.Equal(
            json["suggestions"]!.AsArray().Select(path => (string)path!),
            Fields().Matches(html).Select(match => match.Groups[1].Value));
        Assert.Equal(["blue", "green", "red"], Options().Matches(html).Select(match => match.Groups[1].Value).Order());
        JsonArray before = JsonNode.Parse(Before().Match(html).Groups[1].Value)!.AsArray();
        Assert.Equal(9, before.Count);
        Assert.Equal("blue", (string?)before[0]![1]);
        Assert.EndsWith("images/blue/0.png", (string?)before[0]![0]);
    }

    [Fact]
    public void Pictures_link_to_their_files_and_are_named_relative_to_their_common_folder()
    {
        Assert.Equal(0, fixture.Run("cluster all.csv --k 3 --html linked.html").Code);

        string html = File.ReadAllText(fixture.At("linked.html"));
        Assert.Contains($"<a href=\"{new Uri(fixture.At("images/blue/0.png")).AbsoluteUri}\">", html);
        Assert.Contains(">red/2.png</span>", html);
    }

    [Fact]
    public void Without_labels_images_of_all_colors_are_suggested()
    {
        JsonObject json = fixture.Run("label plain.csv --suggest 3 --json").Json;

        string[] colors = [.. json["suggestions"]!.AsArray()
            .Select(path => Path.GetFileName(Path.GetDirectoryName((string)path!)!)!)];
        Assert.Equal(3, colors.Select(color => color == "images" ? "red" : color).Distinct().Count());
        Assert.Null(json["cross_validation"]);
    }

    [Theory]
    [InlineData("umap", "label")]
    [InlineData("tsne", "label")]
    [InlineData("pca", "cluster")]
    public void A_map_is_a_page_that_needs_nothing_else(string method, string color)
    {
        JsonObject json = fixture.Run(
            $"map all.csv --out m.html --method {method} --color {color} --csv m.csv --json").Json;

        Assert.Equal(38, (int)json["shown"]!);
        Assert.Equal(3, (int)json["groups"]!);
        Assert.InRange((double)json["trustworthiness"]!, 0.5, 1);
        Assert.Equal(method == "pca", json["explained"] is not null);
        string html = File.ReadAllText(fixture.At("m.html"));
        Assert.DoesNotContain("http", html, StringComparison.Ordinal);
        Assert.DoesNotContain("src=", html, StringComparison.Ordinal);
        JsonNode data = JsonNode.Parse(Data().Match(html).Groups[1].Value)!;
        Assert.Equal(38, data["x"]!.AsArray().Count);
        Assert.All(data["w"]!.AsArray(), width => Assert.True((int)width! > 0));
        Assert.Equal(3, data["names"]!.AsArray().Count);
        Assert.Equal($"path,x,y,{color}", File.ReadLines(fixture.At("m.csv")).First());
    }

    [Fact]
    public void A_map_is_a_picture_with_small_pictures()
    {
        Assert.Equal(0, fixture.Run("map all.csv --out m.png --color label").Code);

        byte[] png = File.ReadAllBytes(fixture.At("m.png"));
        using var picture = Pictures.Decode(png);
        Assert.Equal(1440, picture.Width);
        Assert.True(
            Pictures.Has(picture, new SkiaSharp.SKColor(200, 2, 20))
                || Pictures.Has(picture, new SkiaSharp.SKColor(200, 5, 20)));
    }

    [Fact]
    public void Two_layers_are_drawn_beside_each_other()
    {
        JsonObject json = fixture.Run(
            "map all.csv --beside all.csv --out two.html --method tsne --perplexity 8 --csv two.csv --json").Json;
        double trust = json["trustworthiness"]!.GetValue<double>();
        Assert.Equal(trust, json["beside"]!["trustworthiness"]!.GetValue<double>());
        string html = File.ReadAllText(fixture.At("two.html"));
        Assert.Equal(2, html.Split("<canvas").Length - 1);
        Assert.Equal(2, html.Split($"<figcaption>all.csv, trustworthiness {trust:0.000}</figcaption>").Length - 1);
        JsonNode data = JsonNode.Parse(Data().Match(html).Groups[1].Value)!;
        Assert.Equal(data["x"]!.ToJsonString(), data["beside"]!["x"]!.ToJsonString());
        string[] csv = File.ReadAllLines(fixture.At("two.csv"));
        Assert.Equal("path,x,y,label,beside_x,beside_y", csv[0]);
        Assert.All(
            csv.Skip(1).Select(line => line.Split(',')), row => Assert.Equal((row[1], row[2]), (row[4], row[5])));

        Assert.Equal(0, fixture.Run("map all.csv --beside all.csv --out two.png --method pca").Code);
        using var picture = Pictures.Decode(File.ReadAllBytes(fixture.At("two.png")));
        Assert.Equal(2640, picture.Width);
    }

    [Theory]
    [InlineData("--perplexity 0.5", 2, "--perplexity: got 0.5, expected a number from 1 to 500")]
    [InlineData("--beside few.csv", 3, "expected the same images in the same order")]
    [InlineData("--beside nowhere.csv", 3, "nowhere.csv")]
    public void What_cannot_be_drawn_beside_is_refused(string more, int code, string expected)
    {
        File.WriteAllLines(fixture.At("few.csv"), File.ReadLines(fixture.At("all.csv")).Take(9));
        Assert.Contains(expected, fixture.Run($"map all.csv --out beside.html {more}").Refused(code));
    }

    [Fact]
    public void A_sample_of_many_images_is_drawn()
    {
        JsonObject json = fixture.Run("map all.csv --out few.html --limit 20 --json").Json;

        Assert.Equal(38, (int)json["images"]!);
        Assert.Equal(20, (int)json["shown"]!);
    }

    [Fact]
    public void Moved_images_are_found_in_the_given_folder()
    {
        CommandRun lost = fixture.Run("cluster moved.csv --k 3 --html lost.html");
        CommandRun found = fixture.Run("cluster moved.csv --k 3 --html found.html --images images/blue/..");

        Assert.Contains("38 image(s) could not be read", lost.Error);
        Assert.Contains("not found", File.ReadAllText(fixture.At("lost.html")));
        Assert.Contains("36 image(s) could not be read", found.Error);
        Assert.Equal(2, PicturesOf("found.html").Count);
    }

    [Theory]
    [InlineData("duplicates all.csv --threshold 1.5", "--threshold: got 1.5, expected a cosine above 0, at most 1")]
    [InlineData("duplicates all.csv --threshold 0", "--threshold: got '0', expected a number above 0")]
    [InlineData("cluster images", "is a folder of images; give an encoder with --run")]
    [InlineData("duplicates all.csv --images nowhere.d", "there is no folder")]
    [InlineData("duplicates all.csv --html images", "is a folder, expected a file such as")]
    [InlineData("cluster all.txt", "got a file that ends in '.txt', expected an embeddings file that ends in")]
    [InlineData("cluster all.csv --k 0", "--k: got '0', expected an integer of 1 or more, or auto")]
    [InlineData("label all.csv", "got neither --labels nor --suggest")]
    [InlineData(
        "label all.csv --labels labels.csv --next n.csv",
        "--next shows suggested images; give their number with --suggest")]
    [InlineData("map all.csv --out map.gif", "expected a file that ends in .html or .png")]
    [InlineData("map all.csv --out m.html --method isomap", "expected one of umap, tsne, pca")]
    [InlineData("map all.csv --out m.html --limit 50000", "--limit: got 50000, expected at most 20000")]
    public void Wrong_usage_exits_2_and_states_the_expectation(string line, string expected)
        => Assert.Contains(expected, fixture.Run(line).Refused(2));

    [Theory]
    [InlineData("duplicates one.csv", "got 1 embedding(s), expected at least 2 to compare them")]
    [InlineData("duplicates nan.csv", "NaN")]
    [InlineData("duplicates ragged.csv", "line 3")]
    [InlineData("cluster one.csv", "got 1 embedding(s), expected at least 3 to choose a number of clusters")]
    [InlineData("cluster equal.csv", "all 6 embeddings point the same way")]
    [InlineData("cluster equal.csv --k 2", "only 1 of the 6 embeddings differ")]
    [InlineData("cluster all.csv --k 39", "got k = 39, but there are only 38 images; use a k of at most 38")]
    [InlineData("label all.csv --labels strangers.csv", "none of its 2 path(s) is one of the 38 embedded images")]
    [InlineData(
        "label all.csv --labels onlyred.csv",
        "2 image(s) are labeled, all as 'red'; expected labels of at least two classes")]
    [InlineData("label all.csv --labels onlyred.csv --suggest 3 --out p1.csv", "all as 'red'")]
    [InlineData("label all.csv --labels nowhere.csv", "cannot be read as labels")]
    [InlineData("map one.csv --out m.html", "got 1 embedding(s), expected at least 4 to draw a map of neighborhoods")]
    [InlineData("map equal.csv --out m.html", "all 6 embeddings point the same way")]
    [InlineData("map plain.csv --out m.html --color label", "these embeddings have no labels")]
    [InlineData("map nowhere.csv --out m.html", "nowhere.csv")]
    public void Unusable_data_exits_3_and_states_the_reason(string line, string expected)
        => Assert.Contains(expected, fixture.Run(line).Refused(3));

    [Fact]
    public void Labels_of_one_class_still_let_other_images_be_suggested()
        => Assert.Equal(
            3,
            fixture.Run("label all.csv --labels onlyred.csv --suggest 3 --json").Json["suggestions"]!.AsArray().Count);

    private static string Name(JsonNode entry) => Path.GetFileName((string)entry["path"]!);

    private List<string> PicturesOf(string page, bool script = false)
    {
        string html = File.ReadAllText(fixture.At(page));
        Assert.DoesNotContain("http", html, StringComparison.Ordinal);
        Assert.Equal(script, html.Contains("<script", StringComparison.Ordinal));
        string[] pictures = [.. Jpegs().Matches(html).Select(match => match.Groups[1].Value)];
        Assert.All(
            pictures, picture => Assert.True(ImageDecoder.Decode(Convert.FromBase64String(picture), page).Width > 0));
        return [.. pictures];
    }

    [GeneratedRegex("src=\"data:image/jpeg;base64,([^\"]*)\"")]
    private static partial Regex Jpegs();

    [GeneratedRegex("data-path=\"([^\"]*)\"")]
    private static partial Regex Fields();

    [GeneratedRegex("<option value=\"([^\"]*)\"")]
    private static partial Regex Options();

    [GeneratedRegex("id=\"before\">(.*?)</script>")]
    private static partial Regex Before();

    [GeneratedRegex("id=\"data\">(.*?)</script>")]
    private static partial Regex Data();
}

using System.Globalization;
using System.Text.Json.Nodes;
using SimClr.Tests.Data;
using SimClr.Tests.Search;

namespace SimClr.Tests.Cli;

[Collection(ComputeThreadsCollection.Name)]
public sealed class IndexCommandTests(RunFixture fixture) : IClassFixture<RunFixture>, IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_photo_finds_itself_and_those_of_its_class()
    {
        string index = Create("train");
        JsonObject info = CommandRun.Of("index", "info", index, "--json").Json;
        Assert.Equal(24, (int)info["images"]!);
        Assert.Equal("exact", (string?)info["search"]);
        Assert.Equal(16, ((string?)info["encoder"])!.Length);
        Assert.Equal(fixture.At("run"), (string?)info["run"]);

        // The same image under another name is the nearest; as a member of the index it is left out.
        string copy = folder.PathOf("copy.png");
        File.Copy(fixture.At("train/red/0.png"), copy);
        JsonArray found = Search(index, copy, "--top", "5");
        JsonArray others = Search(index, fixture.At("train/red/0.png"), "--top", "5");

        Assert.Equal(fixture.At("train/red/0.png"), (string?)found[0]!["path"]);
        Assert.Equal(1, (double)found[0]!["similarity"]!, 1e-5);
        Assert.Equal("red", (string?)found[0]!["label"]);
        Assert.Equal(5, others.Count);
        Assert.Equal(
            found.Skip(1).Select(hit => (string?)hit!["path"]), others.Take(4).Select(hit => (string?)hit!["path"]));
    }

    [Fact]
    public void Adding_keeps_existing_rows_and_removal_is_permanent()
    {
        string index = Create("train");
        JsonObject again = CommandRun.Of("index", "add", index, fixture.At("train"), "--json").Json;
        JsonObject more = CommandRun.Of("index", "add", index, fixture.At("test"), "--json").Json;
        JsonObject removed = CommandRun.Of("index", "remove", index, fixture.At("test/red/0.png"), "--json").Json;

        Assert.Equal((0, 24), ((int)again["added"]!, (int)again["present"]!));
        Assert.Equal((8, 0, 32), ((int)more["added"]!, (int)more["present"]!, (int)more["images"]!));
        Assert.Equal((1, 31), ((int)removed["removed"]!, (int)removed["images"]!));
        Assert.DoesNotContain(
            Search(index, fixture.At("train/red/2.png"), "--top", "50"),
            hit => (string?)hit!["path"] == fixture.At("test/red/0.png"));
        Assert.Contains("not in the index", CommandRun.Of("index", "remove", index, "nowhere.png").Refused(3));
    }

    [Fact]
    public void Images_that_cannot_be_read_are_listed_and_left_out()
    {
        string index = folder.PathOf("flawed.index");
        CommandRun run = CommandRun.Of(
            "index", "create", fixture.At("flawed"), "--run", fixture.At("run"), "--out", index,
            "--set", "data.max_skipped=0.5", "--json");

        Assert.Equal((4, 1), ((int)run.Json["added"]!, (int)run.Json["skipped_images"]!));
        Assert.Contains("broken.png", run.Error);
        Assert.Contains("broken.png", File.ReadAllText(index + ".skipped.jsonl"));
    }

    [Fact]
    public void A_missing_image_of_a_manifest_is_skipped_and_listed()
    {
        string manifest = folder.Write(
            "list.csv", $"path,label\n{fixture.At("train/red/gone.png")},red\n{fixture.At("train/red/0.png")},red\n");
        string index = folder.PathOf("list.index");
        CommandRun run = CommandRun.Of(
            "index", "create", manifest, "--run", fixture.At("run"), "--out", index, "--set", "data.max_skipped=0.5",
            "--json");

        Assert.Equal((1, 1), ((int)run.Json["added"]!, (int)run.Json["skipped_images"]!));
        Assert.Contains("gone.png", File.ReadAllText(index + ".skipped.jsonl"));
    }

    [Fact]
    public void An_index_without_rows_is_not_left_behind()
    {
        string index = folder.PathOf("none.index");
        foreach (string images in new[] { "flawed", "broken" })
        {
            Assert.Contains("could not be read", CommandRun.Of(
                "index", "create", fixture.At(images), "--run", fixture.At("run"), "--out", index).Refused(3));
            Assert.False(File.Exists(index));
        }

        Assert.Equal(
            0, CommandRun.Of("index", "create", fixture.At("train"), "--run", fixture.At("run"), "--out", index).Code);
        Assert.Contains("could not be read", CommandRun.Of("index", "add", index, fixture.At("broken")).Refused(3));
        Assert.Equal(24, (int)CommandRun.Of("index", "info", index, "--json").Json["images"]!);
    }

    [Fact]
    public void The_page_shows_query_and_results_with_their_pictures()
    {
        string page = folder.PathOf("found.html");
        CommandRun run = CommandRun.Of(
            "search", Create("train"), fixture.At("train/blue/3.png"), "--top", "4", "--html", page);

        string html = File.ReadAllText(page);
        Assert.Equal(0, run.Code);
        Assert.Contains($"wrote {page}", run.Output);
        Assert.Contains("4 of 24 images", html);
        Assert.Equal(5, html.Split("data:image/jpeg;base64,").Length - 1);
        Assert.DoesNotContain("not found", html);
    }

    [Fact]
    public void Embeddings_are_indexed_without_an_encoder_and_searched_by_their_rows()
    {
        string index = folder.PathOf("numbers.index");
        JsonObject made = CommandRun.Of("index", "create", Embeddings("a.csv", 50), "--out", index, "--json").Json;
        Assert.Equal((50, 5), ((int)made["images"]!, (int)made["dimension"]!));
        Assert.Null(made["encoder"]);

        JsonArray found = Search(index, Embeddings("b.csv", 60), "--row", "55", "--top", "3");
        using var expected = SyntheticVectors.Index(50, 5);
        Assert.Equal(
            expected.Find(SyntheticVectors.Draw(55, 5), 3).Select(neighbor => $"image{neighbor.Row}.jpg"),
            found.Select(hit => (string?)hit!["path"]));
        Assert.Equal(49, Search(index, "image7.jpg", "--top", "60").Count);
    }

    [Fact]
    public void Commands_on_embeddings_work_on_an_index()
    {
        JsonObject groups = CommandRun.Of("duplicates", Create("train"), "--threshold", "0.9999", "--json").Json;
        Assert.Equal(24, (int)groups["images"]!);
    }

    [Fact]
    public void An_index_behind_a_link_is_the_index()
    {
        string index = Create("train");
        string link = folder.PathOf("l");
        File.CreateSymbolicLink(link, index);

        JsonObject added = CommandRun.Of("index", "add", link, fixture.At("test"), "--json").Json;

        Assert.Equal((32, new FileInfo(index).Length), ((int)added["images"]!, (long)added["bytes"]!));
        Assert.Equal(32, (int)CommandRun.Of("index", "info", index, "--json").Json["images"]!);
        Assert.NotNull(new FileInfo(link).LinkTarget);
    }

    [Fact]
    public void Zeros_which_have_no_cosine_are_refused()
    {
        string zeros = folder.Write("zeros.csv", "path,e0,e1,e2,e3,e4\na.jpg,1,2,3,4,5\nb.jpg,0,0,0,-0,0\n");
        string index = folder.PathOf("numbers.index");

        Assert.Contains("b.jpg is all zeros", CommandRun.Of("index", "create", zeros, "--out", index).Refused(3));
        Assert.False(File.Exists(index));
        Assert.Equal(0, CommandRun.Of("index", "create", Embeddings("a.csv", 5), "--out", index).Code);
        Assert.Contains("b.jpg is all zeros", CommandRun.Of("index", "add", index, zeros).Refused(3));
        Assert.Contains("the query is all zeros", CommandRun.Of("search", index, zeros, "--row", "1").Refused(3));
        Assert.Equal(5, (int)CommandRun.Of("index", "info", index, "--json").Json["images"]!);
    }

    [Fact]
    public void Another_encoder_is_refused()
    {
        string index = Create("train");
        string other = folder.PathOf("other");
        Assert.Equal(0, CommandRun.Of(
            "pretrain", fixture.At("train"), "--out", other, "--config", fixture.At("tiny.yaml"), "--seed", "5").Code);
        string copy = folder.PathOf("copy.png");
        File.Copy(fixture.At("train/red/0.png"), copy);

        foreach (string query in new[] { copy, fixture.At("train/red/0.png") })
        {
            Assert.Contains(
                "vectors of different encoders cannot be compared",
                CommandRun.Of("search", index, query, "--run", other).Refused(3));
        }

        Assert.Contains(
            "vectors of different encoders cannot be compared",
            CommandRun.Of("index", "add", index, fixture.At("test"), "--run", other).Refused(3));
        Assert.Equal(24, (int)CommandRun.Of("index", "info", index, "--json").Json["images"]!);
    }

    [Theory]
    [InlineData("index create {train} --out {x}", 2, "--run is missing")]
    [InlineData("index create {nowhere} --run {run} --out {x}", 3, "no such folder or file")]
    [InlineData("index create {empty} --run {run} --out {x}", 3, "there is no file")]
    [InlineData("index create {train} --run {nowhere} --out {x}", 3, "expected a run directory")]
    [InlineData("index create {train} --run {run} --out {run/run.lock}", 2, "already exists")]
    [InlineData(
        "index create {train} --run {run} --out {tiny.yaml}",
        2,
        "expected an index such as photos.index; files that end in .yaml are of a different kind")]
    [InlineData("index create {broken} --run {run} --out {x}", 3, "could not be read")]
    [InlineData("index create {train} --run {run} --out {tiny.yaml/x}", 2, "tiny.yaml/x cannot be written")]
    [InlineData("index info {nowhere}", 3, "there is no index")]
    [InlineData("index info {tiny.yaml}", 3, "it is not an index")]
    [InlineData("index add {nowhere} {train}", 3, "there is no index")]
    [InlineData("search {nowhere} {train/red/0.png}", 3, "there is no index")]
    [InlineData("search {tiny.yaml} {train/red/0.png}", 3, "it is not an index")]
    [InlineData("search {x} {y} --top 0", 2, "--top: got '0'")]
    [InlineData("search photos {y} --store Host=x;Colour=red", 2, "connection string cannot be used")]
    [InlineData("search my-photos {y} --store Host=x", 2, "lower-case letters")]
    public void Invalid_operations_are_refused(string line, int code, string expected)
    {
        string[] words = [.. line.Split(' ').Select(word => word.StartsWith('{') ? fixture.At(word[1..^1]) : word)];
        Assert.Contains(expected, CommandRun.Of(words).Refused(code));
        Assert.False(code == 2 && File.Exists(fixture.At("x")));
        File.Delete(fixture.At("x"));
    }

    [Fact]
    public void Queries_that_cannot_be_used_are_refused()
    {
        string index = Create("train");
        string other = folder.Write("wrong.csv", "path,e0,e1\na.jpg,1,2\n");
        string bad = folder.Write(
            "nan.csv", $"path,{string.Join(',', Enumerable.Range(0, 5).Select(i => $"e{i}"))}\na.jpg,1,2,3,4,NaN\n");

        Assert.Contains("neither an image in", CommandRun.Of("search", index, folder.PathOf("nowhere.jpg")).Refused(3));
        Assert.Contains(
            "cannot be read as an image", CommandRun.Of("search", index, fixture.At("broken/a.png")).Refused(3));
        Assert.Contains("--row is missing", CommandRun.Of("search", index, other).Refused(2));
        Assert.Contains("--row: got 1, expected 0 … 0", CommandRun.Of("search", index, other, "--row", "1").Refused(2));
        Assert.Contains("has 2 numbers, expected", CommandRun.Of("search", index, other, "--row", "0").Refused(3));
        Assert.Contains("expected finite numbers", CommandRun.Of("search", index, bad, "--row", "0").Refused(3));
        Assert.Contains("the rows to be added 2", CommandRun.Of("index", "add", index, other).Refused(3));
        Assert.Contains(
            "only those have rows",
            CommandRun.Of("search", index, fixture.At("train/red/0.png"), "--row", "0").Refused(2));
    }

    private string Create(string images)
    {
        string index = folder.PathOf($"{images}.index");
        CommandRun run = CommandRun.Of(
            "index", "create", fixture.At(images), "--run", fixture.At("run"), "--out", index, "--json");
        Assert.True(run.Code == 0, run.Error);
        return index;
    }

    private static JsonArray Search(params string[] arguments)
        => CommandRun.Of(["search", .. arguments, "--json"]).Json["results"]!.AsArray();

    private string Embeddings(string name, int rows)
    {
        IEnumerable<string> lines = Enumerable.Range(0, rows).Select(row =>
        {
            IEnumerable<string> values = SyntheticVectors.Draw(row, 5)
                .Select(x => x.ToString("R", CultureInfo.InvariantCulture));
            return $"image{row}.jpg,{string.Join(',', values)}\n";
        });
        return folder.Write(name, "path,e0,e1,e2,e3,e4\n" + string.Concat(lines));
    }
}

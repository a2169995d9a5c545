using System.Text.Json.Nodes;
using SimClr.Cli.Verbs;
using SimClr.Embeddings;

namespace SimClr.Tests.Cli;

[Collection(ComputeThreadsCollection.Name)]
public sealed class EmbedCommandTests(RunFixture fixture) : IClassFixture<RunFixture>
{
    [Theory]
    [InlineData(".npy")]
    [InlineData(".csv")]
    [InlineData(".safetensors")]
    [InlineData(".parquet")]
    public void Every_format_holds_a_row_for_each_image_with_path_size_and_class(string extension)
    {
        string file = fixture.At("embedded" + extension);
        JsonObject json = Embed("train", file).Json;
        Assert.Equal(file, json["file"]!.GetValue<string>());
        Assert.Equal((24, 32, 0), (
            json["images"]!.GetValue<int>(),
            json["dimension"]!.GetValue<int>(),
            json["skipped_images"]!.GetValue<int>()));
        Assert.True(json["images_per_second"]!.GetValue<double>() > 0);
        EmbeddingTable table = EmbeddingsInputs.Read(file);
        Assert.Equal((24, 32), (table.Count, table.Dimension));
        Assert.All(table.Paths, path => Assert.True(File.Exists(path)));
        Assert.All(table.Widths!.Concat(table.Heights!), side => Assert.Equal(16, side));
        Assert.Equal(["blue", "red"], table.ClassNames);
        Assert.Equal(table.Paths.Select(path => path.Contains("red", StringComparison.Ordinal) ? 1 : 0), table.Labels);
    }

    [Fact]
    public void The_bytes_do_not_depend_on_the_threads()
    {
        byte[][] files = [.. new[] { "1", "2", "4" }.Select(threads =>
        {
            string file = fixture.At($"threads-{threads}.npy");
            Embed("train", file, "--threads", threads, "--set", $"data.workers={threads}");
            return File.ReadAllBytes(file);
        })];
        Assert.Equal(files[0], files[1]);
        Assert.Equal(files[0], files[2]);
    }

    [Fact]
    public void Projections_have_the_width_of_the_head_and_rows_the_requested_length()
    {
        string file = fixture.At("z.npy");
        Assert.Equal(16, Embed("train", file, "--projection", "--normalize").Json["dimension"]!.GetValue<int>());
        EmbeddingTable table = EmbeddingsInputs.Read(file);
        Assert.All(
            Enumerable.Range(0, table.Count),
            row => Assert.Equal(1, table[row].ToArray().Sum(value => value * value), 1e-5));

        string error = CommandRun.Of(
            "embed", fixture.At("run/encoder.safetensors"), fixture.At("train"), "--out", file, "--projection")
            .Refused(2);
        Assert.Contains("holds no projection head", error);
    }

    [Fact]
    public void Images_that_cannot_be_read_are_left_out_and_listed_and_too_many_are_refused()
    {
        string file = fixture.At("flawed.csv");
        string error = Embed("flawed", file).Refused(3);
        Assert.Contains("1 of 5 images (20%) could not be read", error);
        Assert.False(File.Exists(file));
        File.Delete(file + ".part");

        JsonObject json = Embed("flawed", file, "--set", "data.max_skipped=0.2").Json;
        Assert.Equal((4, 1), (json["images"]!.GetValue<int>(), json["skipped_images"]!.GetValue<int>()));
        Assert.Contains("broken.png", File.ReadAllText(file + ".skipped.jsonl"));
    }

    [Fact]
    public void A_part_has_its_number_in_its_name_and_parts_are_joined()
    {
        string file = fixture.At("sharded.npy");
        string part = Embed("train", file, "--shard", "1/1").Json["file"]!.GetValue<string>();
        Assert.Equal(file, part);
        Assert.Contains("at most 1 part(s)", Embed("train", file, "--shard", "2/2").Refused(2));
        File.Copy(file, fixture.At("copy.1-of-1.npy"));
        JsonObject json = CommandRun.Of(
            "embed", "--join", fixture.At("copy.1-of-1.npy"), "--out", fixture.At("joined.npy"), "--json").Json;
        Assert.Equal((24, 1), (json["images"]!.GetValue<int>(), json["parts"]!.GetValue<int>()));
        Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(fixture.At("joined.npy")));

        // Images that a part could not read are also listed beside the joined file.
        Assert.False(File.Exists(fixture.At("joined.npy.skipped.jsonl")));
        Embed("flawed", fixture.At("flawed.npy"), "--shard", "1/1", "--set", "data.max_skipped=0.2");
        File.Copy(fixture.At("flawed.npy"), fixture.At("flawed.1-of-1.npy"));
        File.Copy(fixture.At("flawed.npy.skipped.jsonl"), fixture.At("flawed.1-of-1.npy.skipped.jsonl"));
        json = CommandRun.Of(
            "embed", "--join", fixture.At("flawed.1-of-1.npy"), "--out", fixture.At("whole.npy"), "--json").Json;
        Assert.Equal(1, json["skipped_images"]!.GetValue<int>());
        Assert.Equal(
            File.ReadAllText(fixture.At("flawed.npy.skipped.jsonl")),
            File.ReadAllText(fixture.At("whole.npy.skipped.jsonl")));

        Assert.Contains(
            "2-of-2 is missing", CommandRun.Of("embed", "--join", "a.1-of-2.npy", "--out", "a.npy").Refused(3));
    }

    [Theory]
    [InlineData("embed run train --out a.xls", 2, "expected a file that ends in .npy, .csv, .safetensors or .parquet")]
    [InlineData("embed run train --out a.npy --shard 3/2", 2, "--shard: got '3/2', expected i/n")]
    [InlineData("embed run --out a.npy", 2, "IMAGES is missing")]
    [InlineData("embed run nowhere --out a.npy", 3, "no such folder or file")]
    [InlineData("embed nowhere train --out a.npy", 3, "expected a run directory")]
    [InlineData("embed run broken --out a.npy", 3, "could not be read")]
    [InlineData("embed run train --out train", 2, "is a folder")]
    [InlineData("embed run train --join a.1-of-1.npy --out a.npy", 2, "expected only --out FILE and the parts")]
    public void Mistakes_are_reported_in_one_line(string line, int code, string expected)
    {
        string[] words = line.Split(' ');
        string[] here = [.. words.Select(
            word => word is "run" or "nowhere" or "train" or "broken" || word.StartsWith("a.", StringComparison.Ordinal)
                ? fixture.At(word)
                : word)];
        Assert.Contains(expected, CommandRun.Of(here).Refused(code));
    }

    private CommandRun Embed(string images, string file, params string[] more)
        => CommandRun.Of(["embed", fixture.At("run"), fixture.At(images), "--out", file, .. more, "--json"]);
}

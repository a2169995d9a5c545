using System.Text.Json.Nodes;
using SimClr.Tests.Data;

namespace SimClr.Tests.Cli.Classify;

/// <summary><c>simclr classify</c>: predictions, files, pages, and the folders that images are sorted into.</summary>
[Collection(ComputeThreadsCollection.Name)]
public sealed class ClassifyCommandTests(ModelFixture fixture) : IClassFixture<ModelFixture>, IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void New_images_get_a_class_and_a_probability()
    {
        JsonObject json = fixture.Classify(fixture.RunAt("test"));

        Assert.Equal(8, json["images"]!.GetValue<int>());
        Assert.Equal(0, json["skipped_images"]!.GetValue<int>());
        Assert.Equal(["blue", "red"], json["classes"]!.AsArray().Select(name => name!.GetValue<string>()));
        foreach (JsonNode? image in json["predictions"]!.AsArray())
        {
            Assert.Equal(
                Path.GetFileName(Path.GetDirectoryName(image!["path"]!.GetValue<string>())),
                image["label"]!.GetValue<string>());
            Assert.InRange(image["probability"]!.GetValue<double>(), 0.5, 1);
            Assert.Equal(2, image["top"]!.AsArray().Count);
        }

        Assert.Equal(1, json["accuracy"]!.GetValue<double>());
        Assert.Equal(8, json["labeled_images"]!.GetValue<int>());
        Assert.Equal(8, json["groups"]!.AsArray().Sum(group => group!["images"]!.GetValue<int>()));
    }

    [Fact]
    public void Without_a_file_the_predictions_are_printed()
    {
        string[] lines = CommandRun.Of("classify", fixture.Model, fixture.RunAt("test"), "--min-confidence", "0.999")
            .Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(8, lines.Count(line => line.StartsWith(fixture.RunAt("test"), StringComparison.Ordinal)));
        Assert.Matches(@": (uncertain \((red|blue) \d+%\)|(red|blue) 100%|none of these \(distance .*)$", lines[0]);
        Assert.StartsWith("8 images: ", lines[8]);
        Assert.Contains("accuracy on 8 images in folders of the classes: 100.0%", lines[9]);
        Assert.Contains("expected calibration error", lines[10]);
    }

    [Fact]
    public void Predictions_are_written_in_three_formats()
    {
        foreach (string name in new[] { "p.csv", "p.json", "p.parquet" })
        {
            string file = folder.PathOf(name);
            JsonObject json = fixture.Classify(fixture.RunAt("flat"), "--out", file);
            Assert.Equal(file, json["out"]!.GetValue<string>());
            Assert.Null(json["accuracy"]);

            // An older file of the same kind is replaced.
            Assert.Equal(file, fixture.Classify(fixture.RunAt("flat"), "--out", file)["out"]!.GetValue<string>());
        }

        string[] csv = File.ReadAllLines(folder.PathOf("p.csv"));
        Assert.Equal("path,label,probability,novelty,unknown,label_2,probability_2", csv[0]);
        Assert.Equal(4, csv.Length);
        JsonArray json3 = JsonNode.Parse(File.ReadAllText(folder.PathOf("p.json")))!["predictions"]!.AsArray();
        Assert.Equal(
            csv[1..].Select(line => line.Split(',')[0]), json3.Select(row => row!["path"]!.GetValue<string>()));
        Assert.Equal(csv[1].Split(',')[1], json3[0]!["label"]!.GetValue<string>());
        Assert.Equal("PAR1"u8, File.ReadAllBytes(folder.PathOf("p.parquet")).AsSpan()[..4]);
    }

    [Fact]
    public void The_page_shows_the_images_by_class_and_the_reliability()
    {
        string file = folder.PathOf("classes.html");
        fixture.Classify(fixture.RunAt("test"), "--html", file);

        string page = File.ReadAllText(file);
        Assert.Contains("Images by class", page);
        Assert.Contains("Reliability", page);
        Assert.Contains("resnet18, layer h", page);
        Assert.Contains("simclr classify ", page);
        Assert.Equal(8, page.Split("<img ").Length - 1);
    }

    [Fact]
    public void Images_move_into_folders_of_their_classes_and_back()
    {
        string photos = Copy("test");
        string[] before = Tree(photos);
        string sorted = folder.PathOf("sorted");

        string[] planned = CommandRun.Of("classify", fixture.Model, photos, "--move-to", sorted, "--dry-run")
            .Output.Split('\n');
        Assert.Equal(8, planned.Count(line => line.Contains(" -> ", StringComparison.Ordinal)));
        Assert.Contains("8 files would be moved", planned);
        Assert.False(Directory.Exists(sorted));

        JsonObject json = fixture.Classify(photos, "--move-to", sorted);
        Assert.Equal(8, json["moved"]!.GetValue<int>());
        Assert.Empty(Tree(photos));
        Assert.Equal(9, Tree(sorted).Length);
        foreach (JsonNode? image in json["predictions"]!.AsArray())
        {
            string place = image!["unknown"]!.GetValue<bool>() ? "none-of-these" : image["label"]!.GetValue<string>();
            Assert.Contains(
                $"{place}/{Path.GetFileName(image["path"]!.GetValue<string>())}",
                Tree(sorted));
        }

        string undo = json["undo"]!.GetValue<string>();
        Assert.Contains("8 files would be moved back", CommandRun.Of("classify", "--undo", undo, "--dry-run").Output);
        Assert.Empty(Tree(photos));
        Assert.Equal(8, CommandRun.Of("classify", "--undo", undo, "--json").Json["restored"]!.GetValue<int>());
        Assert.Equal(before, Tree(photos));
    }

    [Fact]
    public void Undoing_over_a_new_file_leaves_both_and_says_so()
    {
        string photos = Copy("test");
        string undo = fixture.Classify(photos, "--move-to", folder.PathOf("sorted"))["undo"]!.GetValue<string>();
        folder.Write("test/red/0.png", "a new one");

        CommandRun run = CommandRun.Of("classify", "--undo", undo);

        Assert.Equal(3, run.Code);
        Assert.Contains("1 file of ", run.Error);
        Assert.Contains("there is another file at", run.Output);
        Assert.Equal("a new one", File.ReadAllText(folder.PathOf("test/red/0.png")));
        Assert.Equal(8, Tree(photos).Length);
    }

    [Fact]
    public void Copies_do_not_overwrite_what_is_there_in_any_letter_case()
    {
        string photos = Copy("test");
        string sorted = folder.PathOf("sorted");
        foreach (string place in new[] { "red", "blue", "none-of-these", "uncertain" })
        {
            folder.Write($"sorted/{place}/0.PNG", "here before");
        }

        JsonObject json = fixture.Classify(photos, "--copy-to", sorted);

        Assert.Equal(8, json["copied"]!.GetValue<int>());
        Assert.Null(json["undo"]);
        Assert.Equal(8, Tree(photos).Length);
        Assert.Single(Tree(sorted), file => file.EndsWith("/0-2.png", StringComparison.Ordinal));
        Assert.Equal("here before", File.ReadAllText(folder.PathOf("sorted/red/0.PNG")));
    }

    [Theory]
    [InlineData("classify", "MODEL is missing")]
    [InlineData("classify MODEL", "IMAGES is missing")]
    [InlineData("classify MODEL TEST --copy-to a --move-to b", "got --copy-to and --move-to")]
    [InlineData("classify MODEL TEST --dry-run", "--dry-run applies to --copy-to, --move-to and --undo")]
    [InlineData("classify MODEL sample:test --move-to a", "are not files of their own")]
    [InlineData("classify MODEL TEST --undo a.csv", "omit MODEL")]
    [InlineData("classify --undo a.csv --top 2", "omit --top")]
    [InlineData("classify MODEL TEST --set views.size=8", "expected a key of the section data")]
    public void Wrong_usage_is_explained(string line, string expected)
        => Assert.Contains(expected, Run(line).Refused(2));

    [Theory]
    [InlineData("classify nothing.simclr TEST", "there is no such file")]
    [InlineData("classify TEST TEST", "there is no classifier")]
    [InlineData("classify RUN TEST", "there is no classifier")]
    [InlineData("classify ENCODER TEST", "this is an encoder without a classifier; expected a file that 'simclr label")]
    [InlineData("classify HALF TEST", "half.simclr: its tensors")]
    [InlineData("classify MODEL BROKEN", "could not be read")]
    [InlineData("classify --undo labels.csv", "expected the columns from,to")]
    public void Unusable_files_are_explained(string line, string expected)
        => Assert.Contains(expected, Run(line).Refused(3));

    private CommandRun Run(string line)
    {
        byte[] model = File.ReadAllBytes(fixture.Model);
        var places = new Dictionary<string, string>
        {
            ["MODEL"] = fixture.Model,
            ["TEST"] = fixture.RunAt("test"),
            ["RUN"] = fixture.RunAt("run"),
            ["ENCODER"] = fixture.RunAt("run/encoder.safetensors"),
            ["BROKEN"] = fixture.RunAt("broken"),
            ["HALF"] = folder.Write("half.simclr", model[..(model.Length / 2)]),
            ["labels.csv"] = fixture.At("labels.csv"),
        };
        return CommandRun.Of([.. line.Split(' ').Select(word => places.GetValueOrDefault(word, word))]);
    }

    private string Copy(string name)
    {
        foreach (string file in Directory.GetFiles(fixture.RunAt(name), "*", SearchOption.AllDirectories))
        {
            folder.Write(Path.Join(name, Path.GetRelativePath(fixture.RunAt(name), file)), File.ReadAllBytes(file));
        }

        return folder.PathOf(name);
    }

    private static string[] Tree(string root)
        => [.. Directory.GetFiles(root, "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(root, file)).Order(StringComparer.Ordinal)];
}

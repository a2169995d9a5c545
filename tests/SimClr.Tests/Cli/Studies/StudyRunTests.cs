using System.Text.Json.Nodes;
using SimClr.Cli.Studies;
using SimClr.Tests.Data;

namespace SimClr.Tests.Cli.Studies;

[Collection(ComputeThreadsCollection.Name)]
public sealed class StudyRunTests : IDisposable
{
    private static readonly string Tiny = Path.Combine(AppContext.BaseDirectory, "Cli", "Studies", "tiny.yaml");

    private readonly TemporaryFolder folder = new();

    private string Out => folder.PathOf("study");

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_study_runs_continues_and_refuses_other_cells()
    {
        // Interrupted after the first cell …
        using var stop = new CancellationTokenSource();
        var error = new StopAt("cell 2 of", stop);
        CommandRun stopped = CommandRun.Of(error, stop.Token, "study", "run", Tiny, "--seeds", "7,", "--out", Out);
        Assert.Equal(130, stopped.Code);
        Assert.Contains("the same command continues it", stopped.Error, StringComparison.Ordinal);
        string first = Path.Combine(Out, "cells", "simclr-1-8-s7.json");
        Assert.Equal([first], Directory.GetFiles(Path.Combine(Out, "cells")));

        // Three cells are left, each expected to be measured as long as the first was.
        JsonNode knn = JsonNode.Parse(File.ReadAllText(first))!["measurements"]!["knn"]!;
        double seconds = knn["seconds"]!.GetValue<double>();
        CommandRun plan = CommandRun.Of("study", "run", Tiny, "--seeds", "7,", "--out", Out, "--dry-run", "--json");
        Assert.Equal(Math.Round(3 * seconds), plan.Json["measuring_seconds"]!.GetValue<double>());
        DateTime written = File.GetLastWriteTimeUtc(first);

        // … and continued: the first cell is not measured again.
        JsonObject json = CommandRun.Of("study", "run", Tiny, "--seeds", "7,", "--out", Out, "--json").Json;
        Assert.Equal(written, File.GetLastWriteTimeUtc(first));
        Assert.Equal(4, json["measured_cells"]!.GetValue<int>());
        Assert.Equal(4, json["cells"]!.AsArray().Count);
        Assert.All(json["cells"]!.AsArray(), cell => Assert.InRange(cell!["mean"]!.GetValue<double>(), 0, 100));
        Assert.Equal(
            ["It rises.", "SimCLR is better."], json["claims"]!.AsArray().Select(claim => (string?)claim!["text"]));
        Assert.Equal(["runs", "cells", "data"], new[] { "runs", "cells", "data" }.Where(
            name => Directory.Exists(Path.Combine(Out, name))));

        // The run is an ordinary one, and its evaluation gives what the cell says.
        JsonObject again = CommandRun.Of(
            "evaluate", "knn", Path.Combine(Out, "runs", "simclr-1-8-s7"),
            "--train", Path.Combine(Out, "data", "train.pack"), "--test", Path.Combine(Out, "data", "test.pack"),
            "--k", "3", "--json").Json;
        Assert.Equal(
            again["top1"]!.GetValue<double>(),
            JsonNode.Parse(File.ReadAllText(first))!["measurements"]!["knn"]!["value"]!.GetValue<double>());

        // Other settings, another version, and a damaged cell are refused, and nothing is lost.
        Assert.Contains("other settings", Run("--set", "loss.temperature=0.3").Refused(5), StringComparison.Ordinal);
        string text = File.ReadAllText(first);
        File.WriteAllText(first, text.Replace("\"version\": \"", "\"version\": \"9.", StringComparison.Ordinal));
        Assert.Contains("simclr 9.", Run().Refused(5), StringComparison.Ordinal);
        File.WriteAllText(first, text.Replace("--k 3", "--k 4", StringComparison.Ordinal));
        Assert.Contains("'knn' was measured by another command", Run().Refused(5), StringComparison.Ordinal);
        File.WriteAllText(first, text[..40]);
        Assert.Contains("not the record of a cell", Run().Refused(3), StringComparison.Ordinal);
        File.WriteAllText(first, text);

        // A missing cell is reported as missing, and measured again without training.
        File.Delete(first);
        JsonObject report = CommandRun.Of("study", "report", Out, "--json").Json;
        Assert.Equal(3, report["measured_cells"]!.GetValue<int>());
        Assert.Null(report["claims"]![0]!["holds"]);
        Assert.Equal(0, Run().Code);
        Assert.Equal(
            JsonNode.Parse(text)!["measurements"]!["knn"]!["value"]!.GetValue<double>(),
            JsonNode.Parse(File.ReadAllText(first))!["measurements"]!["knn"]!["value"]!.GetValue<double>());

        // A place that cannot be written, as on a full disk, stops the study, and it continues once it can be.
        string cells = Path.Combine(Out, "cells");
        Directory.Move(cells, folder.PathOf("aside"));
        File.WriteAllText(cells, "");
        CommandRun full = Run();
        Assert.Equal(3, full.Code);
        Assert.Contains("once the cause is removed, the same command continues it", full.Error);
        File.Delete(cells);
        Directory.Move(folder.PathOf("aside"), cells);
        Assert.Equal(0, Run().Code);

        CommandRun Run(params string[] more)
            => CommandRun.Of(["study", "run", Tiny, "--seeds", "7,", "--out", Out, .. more]);
    }

    [Theory]
    [InlineData("./photos", 900, "abcdef12", true)]
    [InlineData("photos", 901, "abcdef12", false)]
    [InlineData("photos", 900, "abcdef13", false)]
    public void A_study_continues_on_the_same_images_however_they_are_named(
        string name, int images, string fingerprint, bool continues)
    {
        StudyRecord before = RecordOf("photos", 900, "abcdef12");
        Exception? refusal = Record.Exception(() => RecordOf(name, images, fingerprint).RequireMatch(
            before, new StudyDirectory(Out)));

        Assert.Equal(continues, refusal is null);
        if (refusal is not null)
        {
            Assert.Contains("training images: there 900 of 900 images of photos (abcdef12)", refusal.Message);
        }

        static StudyRecord RecordOf(string name, int images, string fingerprint) => new(
            "color", "small", [0], [], new StudyImages(name, images, images, fingerprint), null, "0.1.0", "");
    }

    [Fact]
    public void A_dry_run_prints_the_plan_and_writes_nothing()
    {
        JsonObject json = CommandRun.Of("study", "run", Tiny, "--dry-run", "--json", "--out", Out).Json;
        JsonArray cells = json["cells"]!.AsArray();
        Assert.Equal(8, cells.Count);
        Assert.Equal(8 * 32, json["images_seen"]!.GetValue<long>());
        Assert.Contains(
            "--set views.strength=1 --set views.blur=true --seed 9",
            (string?)cells[3]!["train"],
            StringComparison.Ordinal);
        Assert.False(Directory.Exists(Out));
    }

    [Fact]
    public void Parts_share_the_cells_and_keep_those_of_a_run_together()
    {
        Study study = StudyFile.Parse(File.ReadAllText(Tiny), "tiny.yaml");
        StudyPlan plan = StudyPlan.Create(study, "smoke", [0, 1, 2, 3, 4], []);
        string[] parts = [.. Enumerable.Range(1, 3).SelectMany(part => plan.Part(part, 3)).Select(cell => cell.Name)];
        Assert.Equal(plan.Cells.Select(cell => cell.Name).Order(), parts.Order());
        Assert.Equal(plan.Cells.Count, parts.Distinct().Count());
        Assert.All(Enumerable.Range(1, 3), part => Assert.InRange(plan.Part(part, 3).Count, 6, 7));
    }

    [Theory]
    [InlineData("'smoke' of tiny", 2, "no scale 'huge', expected one of smoke", "--scale", "huge")]
    [InlineData("a grid value out of range", 2, "temperature", "--scale", "bad")]
    [InlineData("an override out of range", 2, "run 'simclr-1-8-s7'", "--set", "views.area_max=99")]
    [InlineData(
        "an override of an axis", 2, "'views.strength' is what the axis 'strength'", "--set", "views.strength=1")]
    [InlineData("no data", 2, "name them with --data", "--scale", "bare")]
    [InlineData("seeds", 2, "--seeds: got '1,1'", "--seeds", "1,1")]
    [InlineData("cell", 2, "--cell: got '4/3'", "--cell", "4/3")]
    [InlineData("missing data", 3, "nowhere", "--data", "./nowhere")]
    public void Bad_input_is_refused_before_anything_is_trained(
        string what, int code, string message, string option, string value)
    {
        Assert.NotEmpty(what);
        Assert.Contains(
            message,
            CommandRun.Of("study", "run", Tiny, "--out", Out, option, value).Refused(code),
            StringComparison.Ordinal);
        Assert.False(Directory.Exists(Out));
    }

    [Theory]
    [InlineData("--k 3", "--k {pace}", "pace: fast", "pace: \"{pace}\"", "{pace}, whose value contains itself")]
    [InlineData("evaluate knn", "evaluate nothing", "pace: fast", "pace: fast", "cannot be run: ")]
    [InlineData("evaluate knn", "pretrain", "pace: fast", "pace: fast", "'pretrain' measures nothing")]
    [InlineData("--k 3", "--k {nothing}", "pace: fast", "pace: fast", "uses {nothing}, which has no value")]
    public void Commands_that_cannot_be_run_are_refused(string a, string newA, string b, string newB, string message)
    {
        string text = File.ReadAllText(Tiny);
        Assert.Contains(a, text, StringComparison.Ordinal);
        Assert.Contains(b, text, StringComparison.Ordinal);
        string file = folder.Write(
            "own.yaml", text.Replace(a, newA, StringComparison.Ordinal).Replace(b, newB, StringComparison.Ordinal));
        Assert.Contains(
            message, CommandRun.Of("study", "run", file, "--out", Out).Refused(2), StringComparison.Ordinal);
        Assert.False(Directory.Exists(Out));
    }

    [Fact]
    public void A_grid_of_too_many_cells_is_refused()
    {
        string points = string.Join(", ", Enumerable.Range(0, 6000));
        string file = folder.Write(
            "own.yaml",
            File.ReadAllText(Tiny).Replace(
                "seeds: [7, 9]",
                $"seeds: [7, 9]\n    axes: {{ strength: {{ key: views.strength, points: [{points}] }} }}",
                StringComparison.Ordinal));
        Assert.Contains(
            "24,000 cells, expected at most 10,000", CommandRun.Of("study", "run", file, "--out", Out).Refused(2));
    }

    [Fact]
    public void A_folder_without_labels_is_refused_before_anything_is_trained()
    {
        string photos = folder.PathOf("photos");
        Directory.CreateDirectory(photos);
        for (int index = 0; index < 40; index++)
        {
            // One gray pixel: image data of depth 8.
            folder.Write($"photos/{index}.png", EncodedImages.Png(1, 1, 8, 0, [[7]]));
        }

        string message = CommandRun.Of("study", "run", Tiny, "--out", Out, "--data", photos).Refused(3);
        Assert.Contains("photos", message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Out));
    }

    [Fact]
    public void A_directory_of_something_else_is_not_touched()
    {
        Directory.CreateDirectory(Out);
        File.WriteAllText(Path.Combine(Out, "mine.txt"), "mine");
        Assert.Contains("not the directory of a study", CommandRun.Of("study", "run", Tiny, "--out", Out).Refused(2));
        Assert.Contains("no study was started there", CommandRun.Of("study", "report", Out).Refused(3));
        Assert.Equal(["mine.txt"], Directory.GetFileSystemEntries(Out).Select(Path.GetFileName));
    }

    [Fact]
    public void List_show_and_copy_give_the_files()
    {
        JsonArray studies = CommandRun.Of("study", "list", "--json").Json["studies"]!.AsArray();
        Assert.Equal(StudyCatalog.Names, studies.Select(study => (string?)study!["name"]));
        Assert.Equal(
            StudyCatalog.Text("color").TrimEnd(), CommandRun.Of("study", "show", "table-1").Output.TrimEnd());
        Assert.Equal(StudyCatalog.Text("spectrum"), StudyCatalog.Text("Figure B.3"));
        string file = folder.PathOf("mine.yaml");
        Assert.Equal(0, CommandRun.Of("study", "copy", "color", file).Code);
        Assert.Equal(StudyCatalog.Text("color"), File.ReadAllText(file));
        Assert.Contains("already exists", CommandRun.Of("study", "copy", "color", file).Refused(2));

        // As some editors write it: with a byte order mark.
        string marked = folder.Write("marked.yaml", [0xEF, 0xBB, 0xBF, .. File.ReadAllBytes(file)]);
        Assert.Equal("color", (string?)CommandRun.Of("study", "show", marked, "--json").Json["name"]);
        Assert.Contains("did you mean 'color'?", CommandRun.Of("study", "show", "colour").Refused(2));
    }

    /// <summary>Requests a stop when a text appears.</summary>
    private sealed class StopAt(string text, CancellationTokenSource stop) : StringWriter
    {
        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            if (value?.Contains(text, StringComparison.Ordinal) ?? false)
            {
                stop.Cancel();
            }
        }
    }
}

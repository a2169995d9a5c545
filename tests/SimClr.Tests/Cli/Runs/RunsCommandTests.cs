using System.Text.Json.Nodes;
using SimClr.Checkpoints;
using SimClr.Tests.Data;
using SimClr.Training;

namespace SimClr.Tests.Cli;

[Collection(ComputeThreadsCollection.Name)]
public sealed class RunsCommandTests(RunFixture fixture) : IClassFixture<RunFixture>, IDisposable
{
    private const string Header = "path,label,prediction,correct\n";

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void The_table_has_a_row_for_each_run()
    {
        string a = Copy("a");
        Record(a, "knn", 0.5);
        Record(a, "logistic", 0.25);
        Copy("deep/er/b");
        CommandRun result = CommandRun.Of("runs", folder.Path);
        string[] lines = result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(3, lines.Length);
        Assert.StartsWith("run        state     steps", lines[0]);
        Assert.Matches(
            @"^a          finished    6/6       2  \d\.\d+  50\.0%       –  logistic 25\.0% +– +\d+  [a-z0-9-]+: ",
            lines[1]);
        Assert.Matches(@"^deep/er/b  finished    6/6       2  \d\.\d+      –", lines[2]);

        JsonArray runs = CommandRun.Of("runs", folder.Path, "--json").Json["runs"]!.AsArray();
        Assert.Equal(["a", "deep/er/b"], runs.Select(run => run!["name"]!.GetValue<string>()));
        JsonNode first = runs[0]!;
        Assert.Equal("finished", first["state"]!.GetValue<string>());
        Assert.Equal((6, 6), (first["step"]!.GetValue<int>(), first["steps"]!.GetValue<int>()));
        Assert.Equal(
            fixture.Pretraining.Json["final_loss"]!.GetValue<double>(), first["final_loss"]!.GetValue<double>());
        Assert.Equal(
            ["knn", "logistic"], first["evaluations"]!.AsArray().Select(found => found!["kind"]!.GetValue<string>()));
        Assert.Contains(
            "views.size", first["differences"]!.AsArray().Select(found => found!["key"]!.GetValue<string>()));
    }

    [Fact]
    public void Rows_are_sorted_on_request_and_those_without_the_value_come_last()
    {
        Record(Copy("a"), "knn", 0.5);
        Copy("b");
        Record(Copy("c"), "knn", 0.75);
        Assert.Equal(["c", "a", "b"], CommandRun.Of("runs", folder.Path, "--sort", "knn", "--json")
            .Json["runs"]!.AsArray().Select(run => run!["name"]!.GetValue<string>()));
        Assert.Equal(2, CommandRun.Of("runs", folder.Path, "--sort", "beauty").Code);
    }

    [Fact]
    public void Damaged_files_are_named_and_do_not_stop_the_table()
    {
        string a = Copy("a");
        Copy("b");
        folder.Write("a/run.json", """{"configuration": {""");
        folder.Write("a/evaluations/knn-0.json", "");
        CommandRun result = CommandRun.Of("runs", folder.Path);

        Assert.Equal(0, result.Code);
        Assert.Equal(3, result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Contains($"warning: {a}/run.json: ", result.Error);
        Assert.Contains($"warning: {a}/evaluations/knn-0.json: ", result.Error);
        Assert.Contains("run.json", CommandRun.Of("runs", "compare", a, folder.PathOf("b")).Refused(3));
    }

    [Fact]
    public void A_folder_without_runs_is_refused()
    {
        Directory.CreateDirectory(folder.PathOf("empty"));
        Assert.Contains("there is no run", CommandRun.Of("runs", folder.PathOf("empty")).Refused(3));
        Assert.Contains("no such folder", CommandRun.Of("runs", folder.PathOf("nowhere")).Refused(3));
        Assert.Contains("there is no run", CommandRun.Of(
            "runs", "compare", folder.PathOf("empty"), folder.PathOf("empty")).Refused(3));
        Assert.Equal(2, CommandRun.Of("runs", "compare", folder.PathOf("empty")).Code);
    }

    [Fact]
    public void Runs_are_compared_key_by_key_and_by_the_permutation_test_where_predictions_were_kept()
    {
        (string a, string b) = (Copy("a"), Copy("b"));
        string file = Path.Combine(b, "run.json");
        File.WriteAllText(file, File.ReadAllText(file).Replace(
            "\"seed\": 0", "\"seed\": 5", StringComparison.Ordinal));
        string[] right = [Predictions(30, "a.csv"), Predictions(18, "b.csv")];
        Record(a, "knn", 0.75, right[0]);
        Record(b, "knn", 0.45, right[1]);
        Record(a, "linear", 0.75, right[0]);
        Record(b, "linear", 0.45);
        Record(a, "logistic", 0.75);

        JsonObject json = CommandRun.Of("runs", "compare", a, b, "--json").Json;
        JsonNode difference = Assert.Single(json["differences"]!.AsArray())!;
        Assert.Equal("seed", difference["key"]!.GetValue<string>());
        Assert.Equal([0, 5], difference["values"]!.AsArray().Select(value => value!.GetValue<int>()));
        Assert.Equal(2, json["runs"]!.AsArray().Count);
        JsonNode[] results = [.. json["results"]!.AsArray().Select(result => result!)];
        Assert.Equal(["knn", "linear"], results.Select(result => result["kind"]!.GetValue<string>()).Order());
        JsonNode knn = results.Single(result => result["kind"]!.GetValue<string>() == "knn");
        JsonNode linear = results.Single(result => result["kind"]!.GetValue<string>() == "linear");
        JsonObject test = CommandRun.Of("evaluate", "compare", right[0], right[1], "--json").Json;
        Assert.Equal("permutation", knn["basis"]!.GetValue<string>());
        Assert.Equal(test["p_value"]!.GetValue<double>(), knn["p_value"]!.GetValue<double>());
        Assert.Equal(test["difference"]!.GetValue<double>(), knn["difference"]!.GetValue<double>(), 1e-12);
        Assert.Equal("intervals", linear["basis"]!.GetValue<string>());
        Assert.Null(linear["p_value"]);
        Assert.False(linear["intervals_overlap"]!.GetValue<bool>());

        string words = CommandRun.Of("runs", "compare", a, b).Output;
        Assert.Contains("(permutation test on 40 test images)", words);
        Assert.Contains("by intervals, which do not overlap", words);
        Assert.Matches(@"seed +0  5", words);
    }

    [Fact]
    public void Predictions_that_are_no_longer_of_the_evaluation_are_not_used()
    {
        (string a, string b) = (Copy("a"), Copy("b"));
        Record(a, "knn", 0.75, Predictions(30, "a.csv"));
        Record(b, "knn", 0.45, Predictions(19, "b.csv"));   // overwritten by another evaluation
        JsonObject json = CommandRun.Of("runs", "compare", a, b, "--json").Json;
        Assert.Equal("intervals", Assert.Single(json["results"]!.AsArray())!["basis"]!.GetValue<string>());
        Assert.Empty(json["differences"]!.AsArray());
        Assert.Contains("The configurations are the same.", CommandRun.Of("runs", "compare", a, b).Output);
    }

    private string Predictions(int right, string name) => folder.Write(
        name,
        Header + string.Concat(Enumerable.Range(0, 40)
            .Select(i => i < right ? $"{i}.png,x,x,1\n" : $"{i}.png,x,y,0\n")));

    private static void Record(string run, string kind, double top1, string? predictions = null) => new EvaluationRecord
    {
        Kind = kind,
        Data = new Dictionary<string, RunRecord.DataRecord> { ["test"] = new("test", 40, 2, "ab") },
        Settings = [],
        Encoder = new EvaluationRecord.EncoderRecord(Path.GetFileName(run)),
        Results = new JsonObject { ["top1"] = top1, ["top1_interval"] = new JsonArray(top1 - 0.1, top1 + 0.1) },
        Predictions = predictions,
    }.Write(new RunDirectory(run));

    private string Copy(string name)
    {
        foreach (string file in Directory.GetFiles(fixture.At("run"), "*", SearchOption.AllDirectories))
        {
            string relative = Path.GetRelativePath(fixture.At("run"), file);
            folder.Write(Path.Combine(name, relative), File.ReadAllBytes(file));
        }

        return folder.PathOf(name);
    }
}

using System.Text.Json.Nodes;
using SimClr.Checkpoints;
using SimClr.Tests.Data;
using SimClr.Training;

namespace SimClr.Tests.Cli;

[Collection(ComputeThreadsCollection.Name)]
public sealed class EvaluationRecordsTests(RunFixture fixture) : IClassFixture<RunFixture>, IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Each_evaluation_leaves_a_record_and_replaces_only_its_own()
    {
        string run = Copy("run");
        JsonObject json = Evaluate("knn", run, "--k", "3").Json;
        EvaluationRecord record = Assert.Single(RunSummary.Read(run).Evaluations);

        Assert.Equal(json["record"]!.GetValue<string>(), record.FileIn(new RunDirectory(run)));
        Assert.Equal("knn", record.Kind);
        Assert.Equal((24, 8), (record.Data["train"].Images, record.Data["test"].Images));
        Assert.Equal(RunRecord.Read(Path.Combine(run, "run.json")).Data.Fingerprint, record.Data["train"].Fingerprint);
        Assert.Equal(3, record.Settings["k"]!.GetValue<int>());
        Assert.Equal(0.1, record.Settings["temperature"]!.GetValue<double>());
        Assert.Equal(64, record.Encoder.Sha256.Length);
        Assert.Null(record.Encoder.Step);
        Assert.Equal(json["top1"]!.GetValue<double>(), record.Accuracy);
        Assert.Equal(2, record.Results["top1_interval"]!.AsArray().Count);
        Assert.True(record.Seconds >= 0);
        Assert.Null(record.Predictions);

        _ = Evaluate("knn", run, "--k", "3").Json;
        _ = Evaluate("knn", run, "--k", "3", "--layer", "z").Json;
        _ = Evaluate("linear", run, "--epochs", "1", "--fixed-features").Json;
        _ = Evaluate("logistic", run).Json;
        _ = Evaluate("finetune", run, "--steps", "1", "--rate", "0.1").Json;
        Assert.Equal(
            ["finetune", "knn", "knn", "linear", "logistic"],
            RunSummary.Read(run).Evaluations.Select(found => found.Kind).Order());
    }

    [Fact]
    public void An_unfinished_run_is_recorded_with_the_step_of_its_checkpoint()
    {
        string run = Copy("run");
        File.Delete(new RunDirectory(run).EncoderFile);
        _ = Evaluate("knn", run, "--k", "3").Json;
        Assert.Equal(6, Assert.Single(RunSummary.Read(run).Evaluations).Encoder.Step);
    }

    [Fact]
    public void Predictions_are_kept_on_request_and_then_kept_up_to_date()
    {
        string run = Copy("run");
        string elsewhere = folder.PathOf("p.csv");
        _ = Evaluate("knn", run, "--k", "3", "--predictions", elsewhere).Json;
        Assert.Equal(elsewhere, Assert.Single(RunSummary.Read(run).Evaluations).Predictions);

        _ = Evaluate("knn", run, "--k", "3", "--keep-predictions").Json;
        EvaluationRecord record = Assert.Single(RunSummary.Read(run).Evaluations);
        Assert.Equal($"{record.Name}.csv", record.Predictions);
        string kept = record.PredictionsFile(new RunDirectory(run))!;
        Assert.Equal(File.ReadAllText(elsewhere), File.ReadAllText(kept));

        File.WriteAllText(kept, "old");
        _ = Evaluate("knn", run, "--k", "3").Json;
        Assert.Equal(File.ReadAllText(elsewhere), File.ReadAllText(kept));
        Assert.Equal($"{record.Name}.csv", Assert.Single(RunSummary.Read(run).Evaluations).Predictions);
    }

    [Fact]
    public void A_supervised_run_records_its_own_test()
    {
        string run = folder.PathOf("supervised");
        _ = CommandRun.Of(
            "supervised", fixture.At("train"), "--out", run, "--config", fixture.At("tiny.yaml"), "--epochs", "1",
            "--test", fixture.At("test"), "--keep-predictions", "--json").Json;
        RunSummary summary = RunSummary.Read(run);
        EvaluationRecord record = Assert.Single(summary.Evaluations);
        Assert.Equal(("supervised", 8), (record.Kind, record.Data["test"].Images));
        Assert.True(File.Exists(record.PredictionsFile(summary.Run)));
    }

    [Fact]
    public void A_directory_that_takes_no_record_is_a_warning_and_an_encoder_file_has_none()
    {
        string run = Copy("run");
        File.WriteAllText(Path.Combine(run, "evaluations"), "in the way");
        CommandRun result = Evaluate("knn", run, "--k", "3");
        Assert.Equal(1, result.Json["top1"]!.GetValue<double>());
        Assert.Null(result.Json["record"]);
        Assert.Contains("warning: the record of this evaluation cannot be written to ", result.Error);

        string file = Path.Combine(run, "encoder.safetensors");
        string[] before = Directory.GetFiles(run);
        result = Evaluate("knn", file, "--k", "3");
        Assert.Null(result.Json["record"]);
        Assert.DoesNotContain("record", result.Error);
        Assert.Equal(before, Directory.GetFiles(run));
        Assert.Contains("--keep-predictions", Evaluate("knn", file, "--keep-predictions").Refused(2));
    }

    private string Copy(string name)
    {
        foreach (string file in Directory.GetFiles(fixture.At("run"), "*", SearchOption.AllDirectories))
        {
            string relative = Path.GetRelativePath(fixture.At("run"), file);
            folder.Write(Path.Combine(name, relative), File.ReadAllBytes(file));
        }

        return folder.PathOf(name);
    }

    private CommandRun Evaluate(string kind, string run, params string[] more)
        => CommandRun.Of(
        [
            "evaluate", kind, run, "--train", fixture.At("train"), "--test", fixture.At("test"), "--json", .. more,
        ]);
}

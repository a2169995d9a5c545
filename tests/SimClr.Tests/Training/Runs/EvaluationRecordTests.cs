using System.Text.Json.Nodes;
using SimClr.Checkpoints;
using SimClr.Evaluation;
using SimClr.Tests.Data;
using SimClr.Training;

namespace SimClr.Tests.Training;

public sealed class EvaluationRecordTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private RunDirectory Run => new(folder.PathOf("run"));

    public void Dispose() => folder.Dispose();

    // By sha256sum: printf 'knn\ntest 8 cd\ntrain 24 ab\n{"a":[1,"x"],"k":20,"temperature":0.1}\n' | sha256sum, and
    // printf '5d2fb787e84e02ef\n00ff\n' | sha256sum.
    [Fact]
    public void The_hash_is_a_SHA_256_of_kind_images_settings_and_encoder()
    {
        Assert.Equal("5d2fb787e84e02ef", Record().Task);
        Assert.Equal("559eaaaaab63d490", Record().Hash);
        Assert.Equal("knn-559eaaaaab63d490", Record().Name);
    }

    [Fact]
    public void It_does_not_depend_on_numbers_time_names_or_the_order_of_settings()
    {
        EvaluationRecord record = Record();
        EvaluationRecord[] same =
        [
            record with { Results = [], Seconds = 5, Date = default, Version = "9", Predictions = "x.csv" },
            record with { Settings = Parse("""{"temperature": 0.1, "k": 20, "a": [1, "x"]}""") },
            record with { Encoder = record.Encoder with { Step = 7 } },
            record with { Data = Sets(("test", 8, "cd", "there"), ("train", 24, "ab", "elsewhere")) },
        ];
        Assert.All(same, other => Assert.Equal(record.Hash, other.Hash));
        EvaluationRecord[] others =
        [
            record with { Kind = "linear" },
            record with { Settings = Parse("""{"k": 21, "temperature": 0.1, "a": [1, "x"]}""") },
            record with { Settings = Parse("""{"k": 20, "temperature": 0.1, "a": ["x", 1]}""") },
            record with { Data = Sets(("test", 8, "ce", ""), ("train", 24, "ab", "")) },
            record with { Data = Sets(("test", 8, "cd", "")) },
            record with { Encoder = record.Encoder with { Sha256 = "00fe" } },
        ];
        Assert.Equal(others.Length + 1, others.Append(record).Select(other => other.Hash).Distinct().Count());
        Assert.Equal(record.Task, others[^1].Task);
    }

    [Fact]
    public void A_record_is_read_as_it_was_written_and_replaces_only_itself()
    {
        EvaluationRecord first = Record();
        EvaluationRecord again = first with { Results = Parse("""{"top1": 0.5, "top1_interval": [0.4, 0.6]}""") };
        EvaluationRecord other = first with { Kind = "linear" };
        first.Write(Run);
        other.Write(Run);
        again.Write(Run);

        Assert.Equal(
            new[] { again.FileIn(Run), other.FileIn(Run) }.Order(), Directory.GetFiles(Run.EvaluationFolder).Order());
        EvaluationRecord read = EvaluationRecord.Read(again.FileIn(Run));
        Assert.Equal(again.Hash, read.Hash);
        Assert.Equal((0.5, new Interval(0.4, 0.6)), (read.Accuracy, read.AccuracyInterval));
        Assert.Equal((again.Date, again.Version, again.Encoder), (read.Date, read.Version, read.Encoder));
        Assert.Equal(again.Data, read.Data);
    }

    [Fact]
    public void The_measure_of_a_transfer_set_is_an_accuracy_too()
    {
        EvaluationRecord record = Record() with { Results = Parse("""{"value": 0.25, "interval": [0.2, 0.3]}""") };
        Assert.Equal((0.25, new Interval(0.2, 0.3)), (record.Accuracy, record.AccuracyInterval));
        record = record with { Results = Parse("""{"top1": "high", "top1_interval": [0.2]}""") };
        Assert.Equal((null, null), (record.Accuracy, record.AccuracyInterval));
        Assert.Null((record with { Results = Parse("""{"top1": 1e400}""") }).Accuracy);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("""{"kind": "knn"}""")]
    [InlineData("""{"kind": null, "data": {}, "settings": {}, "encoder": {"sha256": "0"}, "results": {}}""")]
    [InlineData("""{"kind": "", "data": {"test": null}, "settings": {}, "encoder": {"sha256": "0"}, "results": {}}""")]
    [InlineData("""{"kind": "", "data": {}, "settings": {}, "encoder": {"sha256": "0"}, "results": {"a":1,"a":2}}""")]
    public void A_file_that_is_no_record_is_named(string text)
    {
        string file = folder.Write("run/evaluations/knn-0.json", text);
        string message = Assert.Throws<DataException>(() => EvaluationRecord.Read(file)).Message;
        Assert.StartsWith($"{file}: this is not the record of an evaluation", message);
    }

    [Fact]
    public void Keys_of_later_versions_are_ignored()
    {
        Record().Write(Run);
        JsonObject json = Parse(File.ReadAllText(Record().FileIn(Run)));
        json["color"] = "red";
        folder.Write("later.json", json.ToJsonString());
        Assert.Equal(Record().Hash, EvaluationRecord.Read(folder.PathOf("later.json")).Hash);
    }

    private static EvaluationRecord Record() => new()
    {
        Kind = "knn",
        Data = Sets(("train", 24, "ab", "here"), ("test", 8, "cd", "there")),
        Settings = Parse("""{"k": 20, "temperature": 0.1, "a": [1, "x"]}"""),
        Encoder = new EvaluationRecord.EncoderRecord("00ff"),
        Results = Parse("""{"top1": 0.75}"""),
    };

    private static Dictionary<string, RunRecord.DataRecord> Sets(
        params (string Use, int Images, string Fingerprint, string Name)[] sets)
        => sets.ToDictionary(
            set => set.Use, set => new RunRecord.DataRecord(set.Name, set.Images, 2, set.Fingerprint));

    private static JsonObject Parse(string json) => JsonNode.Parse(json)!.AsObject();
}

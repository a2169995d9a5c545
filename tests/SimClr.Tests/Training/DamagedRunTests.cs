using SimClr.Checkpoints;
using SimClr.Tests.Data;
using SimClr.Training;

namespace SimClr.Tests.Training;

/// <summary>Runs whose files were damaged from outside.</summary>
[Collection(ComputeThreadsCollection.Name)]
public sealed class DamagedRunTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_damaged_checkpoint_is_refused_and_the_suggested_recovery_leads_to_the_same_result()
    {
        TinyRun.Train(folder, "run");
        var run = new RunDirectory(folder.PathOf("run"));
        string latest = run.LatestCheckpoint()!;
        string earlier = run.CheckpointFile(8);
        byte[] good = File.ReadAllBytes(latest);
        File.WriteAllBytes(latest, Flipped(good));

        DataException error = Resuming();
        Assert.Contains($"{latest}: the file is damaged", error.Message, StringComparison.Ordinal);
        Assert.Contains(
            $"The previous checkpoint is {earlier}: delete {Path.GetFileName(latest)}",
            error.Message,
            StringComparison.Ordinal);

        File.Delete(latest);
        new Pretrainer(TinyRun.Options).Run(TinyRun.Images(), run.Root, resume: true);
        Assert.Equal(good, File.ReadAllBytes(latest));
    }

    [Fact]
    public void The_lack_of_an_earlier_checkpoint_is_reported()
    {
        TinyRun.Train(folder, "run", TinyRun.Options with { Checkpoint = new CheckpointOptions { Keep = 1 } });
        string latest = new RunDirectory(folder.PathOf("run")).LatestCheckpoint()!;
        File.WriteAllBytes(latest, File.ReadAllBytes(latest)[..1000]);
        Assert.Contains(
            "There is no earlier checkpoint: start a new run", Resuming(1).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_checkpoint_that_has_lost_its_checksum_is_refused()
    {
        TinyRun.Train(folder, "run", TinyRun.Options with { Checkpoint = new CheckpointOptions { Keep = 1 } });
        string latest = new RunDirectory(folder.PathOf("run")).LatestCheckpoint()!;
        using (SafetensorsFile content = SafetensorsFile.Read(latest))
        {
            SafetensorsFile.Write(
                latest, [.. content.Tensors], new Dictionary<string, string> { ["step"] = content.Metadata["step"] });
        }

        Assert.Contains($"{latest}: the file is damaged: its checksum", Resuming(1).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("four")]
    [InlineData("-4")]
    [InlineData("")]
    public void An_invalid_step_is_a_data_error(string step)
    {
        TinyRun.Train(folder, "run");
        string latest = new RunDirectory(folder.PathOf("run")).LatestCheckpoint()!;
        using (SafetensorsFile content = SafetensorsFile.Read(latest))
        {
            var metadata = new Dictionary<string, string>(content.Metadata) { ["step"] = step };
            SafetensorsFile.Write(latest, [.. content.Tensors], metadata);
        }

        Assert.Contains("its step is missing", Resuming().Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Lines_of_metrics_without_a_step_are_skipped()
    {
        TinyRun.Train(folder, "run");
        var run = new RunDirectory(folder.PathOf("run"));
        string[] before = File.ReadAllLines(run.MetricsFile);
        File.WriteAllLines(run.MetricsFile, ["{\"loss\":1}", "null", .. before, "{\"step\":1"]);
        new Pretrainer(TinyRun.Options).Run(TinyRun.Images(), run.Root, resume: true);
        Assert.Equal([4, 8, 10, 12], MetricsLog.Read(run.MetricsFile).Select(m => m["step"]));
        Assert.Equal(before, File.ReadAllLines(run.MetricsFile));
    }

    [Theory]
    [InlineData("{\"configuration\": ")]
    [InlineData("")]
    [InlineData("{\"seed\": 1}")]
    public void An_incomplete_description_is_reported_without_the_parsers_position(string json)
    {
        string file = folder.Write("run/run.json", json);
        string error = Assert.Throws<DataException>(() => RunRecord.Read(file)).Message;
        Assert.StartsWith($"{file}: this is not a complete description of a run (", error, StringComparison.Ordinal);
        Assert.Contains("name the encoder's safetensors file", error, StringComparison.Ordinal);
        Assert.DoesNotContain("BytePosition", error, StringComparison.Ordinal);
        Assert.DoesNotContain("JSON token", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("encoder", "{\"name\":\"resnet19\"}")]
    [InlineData("encoder", "{\"name\":")]
    [InlineData("encoder", "null")]
    [InlineData("views", "{\"size\":-1}")]
    [InlineData("views", "12")]
    public void An_encoder_file_that_describes_itself_wrongly_is_a_data_error(string entry, string json)
    {
        TinyRun.Train(folder, "run");
        string file = new RunDirectory(folder.PathOf("run")).EncoderFile;
        using (SafetensorsFile content = SafetensorsFile.Read(file))
        {
            SafetensorsFile.Write(
                file, [.. content.Tensors], new Dictionary<string, string>(content.Metadata) { [entry] = json });
        }

        var error = Assert.Throws<DataException>(() => TrainedEncoder.Load(folder.PathOf("run")));
        Assert.StartsWith(
            $"{file}: its description of the {entry} cannot be used", error.Message, StringComparison.Ordinal);
    }

    private static byte[] Flipped(byte[] bytes)
    {
        byte[] flipped = [.. bytes];
        flipped[^5] ^= 0x10;
        return flipped;
    }

    private DataException Resuming(int keep = 2) => Assert.Throws<DataException>(() => new Pretrainer(
        TinyRun.Options with { Checkpoint = new CheckpointOptions { Keep = keep } })
            .Run(TinyRun.Images(), folder.PathOf("run"), resume: true));
}

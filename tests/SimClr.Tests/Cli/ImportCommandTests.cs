using System.Text.Json.Nodes;
using SimClr.Checkpoints;

namespace SimClr.Tests.Cli;

[Collection(ComputeThreadsCollection.Name)]
public sealed class ImportCommandTests(RunFixture fixture) : IClassFixture<RunFixture>
{
    [Fact]
    public void Weights_exported_for_PyTorch_replace_the_run_and_give_the_same_results()
    {
        JsonObject exported = CommandRun.Of(
            "export", "pth", fixture.At("run"), "--out", fixture.At("a.pth"), "--json").Json;

        Assert.Equal(0, (double)exported["max_difference"]!);
        Assert.Equal("resnet18", (string)exported["encoder"]!["name"]!);
        Assert.Equal(fixture.At("a.pth"), (string)exported["file"]!);
        Assert.Equal(Accuracy(fixture.At("run")), Accuracy(fixture.At("a.pth")));
    }

    [Fact]
    public void Foreign_weights_are_imported_evaluated_fine_tuned_and_used_to_start_a_run()
    {
        string foreign = Foreign("foreign.pth");
        string file = fixture.At("imported.safetensors");

        Assert.Contains("simclr import", CommandRun.Of(
            "evaluate", "knn", foreign, "--train", fixture.At("train"), "--test", fixture.At("test")).Refused(3));
        Assert.Contains("--normalize is missing", CommandRun.Of("import", foreign, "--out", file).Refused(2));
        JsonObject imported = CommandRun.Of(
            "import", foreign, "--out", file, "--normalize", "none", "--size", "12", "--json").Json;

        Assert.Equal(0, (double)imported["max_difference"]!);
        Assert.Equal("small", (string)imported["encoder"]!["stem"]!);
        Assert.Contains("without 'state_dict.module.encoder_q.'", (string)imported["rule"]!);
        Assert.Equal(["state_dict.module.queue"], imported["left_out"]!.AsArray().Select(l => (string)l!));
        Assert.Equal(Accuracy(fixture.At("run")), Accuracy(file));

        JsonObject tuned = CommandRun.Of(
            "evaluate", "finetune", file, "--train", fixture.At("train"), "--test", fixture.At("test"), "--epochs", "1",
            "--batch-size", "8", "--threads", "1", "--json").Json;
        Assert.InRange((double)tuned["top1"]!, 0, 1);
        foreach (string weights in new[] { file, foreign })
        {
            string run = fixture.At($"from-{Path.GetFileNameWithoutExtension(weights)}");
            JsonObject started = CommandRun.Of(
                "pretrain", fixture.At("train"), "--out", run, "--config", fixture.At("tiny.yaml"),
                "--set", $"encoder.weights={weights}", "--set", "optimizer.peak_rate=1e-30", "--epochs", "2",
                "--json").Json;
            Assert.Equal(run, (string)started["run"]!);
            using SafetensorsFile before = SafetensorsFile.Read(fixture.At("run/encoder.safetensors"));
            using SafetensorsFile after = SafetensorsFile.Read(Path.Combine(run, "encoder.safetensors"));
            Assert.True(after.Tensors["layer4.1.conv2.weight"].allclose(before.Tensors["layer4.1.conv2.weight"]));
        }
    }

    [Fact]
    public void The_projection_head_is_exported_beside_the_encoder_in_a_valid_file()
    {
        string file = fixture.At("model.safetensors");
        JsonObject exported = CommandRun.Of(
            "export", "safetensors", fixture.At("run"), "--out", file, "--projection", "--json").Json;

        Assert.Equal(16, (int)exported["projection"]!["output"]!);
        using SafetensorsFile written = SafetensorsFile.Read(file);
        Assert.Equal([16, 32], written.Tensors["projection.layers.linear2.weight"].shape);
        Assert.Equal(Accuracy(fixture.At("run")), Accuracy(file));
        Assert.Contains("only a run directory has its head", CommandRun.Of(
            "export", "safetensors", file, "--out", fixture.At("again.safetensors"), "--projection").Refused(2));
    }

    [Theory]
    [InlineData("nowhere.pth", "cannot be read")]
    [InlineData("empty.pth", "the file is empty")]
    [InlineData("text.pth", "this is not a weights file, or only part of one")]
    [InlineData("half.pth", "Is the file complete?")]
    [InlineData("half.safetensors", "cut short")]
    [InlineData("malicious.pth", "it refers to 'posix.system'")]
    [InlineData("pictures.zip", "it has no data.pkl")]
    [InlineData("state_dict.pth", "and no ResNet")]
    public void Bad_files_are_refused_in_one_line(string name, string expected)
    {
        string file = fixture.At(name);
        byte[] content = name switch
        {
            "text.pth" => "not weights, but a sentence"u8.ToArray(),
            "half.pth" => Half(Foreign("whole.pth")),
            "half.safetensors" => Half(fixture.At("run/encoder.safetensors")),
            "malicious.pth" or "state_dict.pth"
                => File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Golden", name)),
            "pictures.zip" => Convert.FromBase64String(
                "UEsDBBQAAAAAAAAAIQCDFtyMAQAAAAEAAAAFAAAAYS50eHR4UEsBAhQAFAAAAAAAAAAhAIMW3IwBAAAAAQAAAAUAAAAAAAAAAAAAAA"
                    + "AAAAAAAGEudHh0UEsFBgAAAAABAAEAMwAAACQAAAAAAA=="),
            _ => [],
        };
        if (name != "nowhere.pth")
        {
            File.WriteAllBytes(file, content);
        }

        string error = CommandRun.Of("import", file, "--out", fixture.At("never.safetensors"), "--normalize", "none")
            .Refused(3);

        string pattern = expected.Replace("(", "\\(", StringComparison.Ordinal)
            .Replace("?", "\\?", StringComparison.Ordinal);
        Assert.Matches($"(?i){pattern}", error);
        Assert.Contains(file, error);
        Assert.False(File.Exists(fixture.At("never.safetensors")));
    }

    [Theory]
    [InlineData("export", "pth", "expected a file that ends in .pth")]
    [InlineData("export", "safetensors", "expected a file that ends in .safetensors")]
    public void The_output_must_have_the_extension_of_its_format(string verb, string kind, string expected)
        => Assert.Contains(
            expected, CommandRun.Of(verb, kind, fixture.At("run"), "--out", fixture.At("a.onnx")).Refused(2));

    [Fact]
    public void Names_of_tensors_that_are_left_out_begin_no_line()
    {
        using SafetensorsFile own = SafetensorsFile.Read(fixture.At("run/encoder.safetensors"));
        PthFile.Write(
            fixture.At("hostile.pth"),
            [
                .. own.Tensors.Select(t => KeyValuePair.Create(t.Key, t.Value)),
                KeyValuePair.Create("x\nerror: y.weight", TorchSharp.torch.zeros(3, 4)),
            ]);

        CommandRun run = CommandRun.Of(
            "import", fixture.At("hostile.pth"), "--out", fixture.At("hostile.safetensors"), "--normalize", "none",
            "--size", "16");

        Assert.True(run.Code == 0, run.Error);
        Assert.Contains("\\u000aerror: y", run.Output);
        Assert.DoesNotContain("\nerror: ", run.Output);
    }

    private static byte[] Half(string file) => File.ReadAllBytes(file) is var bytes ? bytes[..(bytes.Length / 2)] : [];

    private double Accuracy(string encoder)
        => (double)CommandRun.Of(
            "evaluate", "knn", encoder, "--train", fixture.At("train"), "--test", fixture.At("test"), "--k", "5",
            "--json").Json["top1"]!;

    /// <summary>The run's own weights, with MoCo's names.</summary>
    private string Foreign(string name)
    {
        using SafetensorsFile own = SafetensorsFile.Read(fixture.At("run/encoder.safetensors"));
        PthFile.Write(
            fixture.At(name),
            [
                .. own.Tensors.Select(t => KeyValuePair.Create($"state_dict.module.encoder_q.{t.Key}", t.Value)),
                KeyValuePair.Create("state_dict.module.queue", TorchSharp.torch.zeros(3, 4)),
            ]);
        return fixture.At(name);
    }
}

using System.Text.Json.Nodes;
using Microsoft.ML.OnnxRuntime;
using SimClr.Augmentation;
using SimClr.Checkpoints;
using SimClr.Encoders;
using static TorchSharp.torch;

namespace SimClr.Tests.Cli;

[Collection(ComputeThreadsCollection.Name)]
public sealed class ExportOnnxCommandTests(RunFixture fixture) : IClassFixture<RunFixture>
{
    [Theory]
    [InlineData("run", "", "images: float32 [batch, 3, 12, 12]", 32, 17)]
    [InlineData("run/encoder.safetensors", "--preprocess --normalize", "images: uint8 [batch, 12, 12, 3]", 32, 17)]
    [InlineData("run", "--projection --normalize", "images: float32 [batch, 3, 12, 12]", 16, 17)]
    [InlineData("run", "--resize", "images: uint8 [batch, height, width, 3]", 32, 18)]
    public void It_prints_one_object_with_the_promised_keys(
        string run, string options, string input, int dimension, int opset)
    {
        string file = fixture.At($"new{options.Length}/folder/encoder.onnx");
        JsonObject json = Export(
            run, file, [.. options.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--json"]).Json;

        Assert.Equal(file, json["file"]!.GetValue<string>());
        Assert.InRange(json["max_difference"]!.GetValue<double>(), 0, 1e-4);
        Assert.InRange(json["largest_value"]!.GetValue<double>(), 0.01, double.MaxValue);
        Assert.Equal(input, json["input"]!.GetValue<string>());
        Assert.Equal(dimension, json["dimension"]!.GetValue<int>());
        Assert.Equal(opset, json["opset"]!.GetValue<int>());
        Assert.Equal(new FileInfo(file).Length, json["bytes"]!.GetValue<long>());
    }

    [Fact]
    public void The_output_names_input_output_and_difference_and_the_metadata_name_the_run()
    {
        string file = fixture.At("words.onnx");
        CommandRun result = Export("run", file);

        Assert.Equal(0, result.Code);
        Assert.Contains(
            "input images: float32 [batch, 3, 12, 12]\noutput embedding: float32 [batch, 32]\n", result.Output);
        Assert.Matches(@"largest difference \d", result.Output);
        using var session = new InferenceSession(file);
        Dictionary<string, string> metadata = session.ModelMetadata.CustomMetadataMap;
        Assert.Equal("run", metadata["run"]);
        Assert.Equal("6", metadata["steps"]);   // 2 epochs of 24 images in batches of 8
        Assert.Equal("pretrain", metadata["task"]);
        Assert.Contains("24 images", metadata["data"]);
        Assert.Contains("TorchSharp ", metadata["versions"]);
    }

    [Theory]
    [InlineData("run", "encoder.bin", "expected a file that ends in .onnx", 2)]
    [InlineData("run", "train/", "is a folder, expected a file such as", 2)]
    [InlineData("run", "tiny.yaml/encoder.onnx", "--out: cannot write", 2)]
    [InlineData(
        "nowhere",
        "encoder.onnx",
        "expected a run directory with encoder.safetensors or a checkpoint, or a safetensors file; found neither",
        3)]
    [InlineData("tiny.yaml", "encoder.onnx", "this is not a weights file", 3)]
    [InlineData("train", "encoder.onnx", "found neither", 3)]
    public void Invalid_requests_are_refused(string run, string file, string expected, int code)
    {
        Assert.Contains(expected, Export(run, fixture.At(file)).Refused(code));
        Assert.False(File.Exists(fixture.At(file)));
    }

    [Theory]
    [InlineData("run/encoder.safetensors", "only a run directory has its head", 2)]
    [InlineData("supervised", "this run is supervised and has no projection head", 2)]
    [InlineData("bare", "there is no checkpoint, which would hold the projection head", 3)]
    public void A_projection_needs_a_run_with_a_head(string run, string expected, int code)
    {
        if (run is "supervised" or "bare")
        {
            Directory.CreateDirectory(fixture.At(run));
            string record = File.ReadAllText(fixture.At("run/run.json"));
            File.WriteAllText(
                fixture.At($"{run}/run.json"),
                run == "bare" ? record : record.Replace("\"pretrain\"", "\"supervised\"", StringComparison.Ordinal));
        }

        Assert.Contains(expected, Export(run, fixture.At("z.onnx"), "--projection").Refused(code));
    }

    [Fact]
    public void A_damaged_run_is_refused_and_leaves_no_file()
    {
        Directory.CreateDirectory(fixture.At("damaged"));
        byte[] whole = File.ReadAllBytes(fixture.At("run/encoder.safetensors"));
        File.WriteAllBytes(fixture.At("damaged/encoder.safetensors"), whole[..(whole.Length / 2)]);

        Assert.Contains("cut short", Export("damaged", fixture.At("damaged.onnx")).Refused(3));
        Assert.False(File.Exists(fixture.At("damaged.onnx")));
    }

    [Fact]
    public void A_custom_encoder_is_refused()
    {
        using (var own = new TrainedEncoder(
            nn.Sequential(nn.Flatten()), new EncoderOptions(), new ViewOptions { Size = 8 }))
        {
            own.Save(fixture.At("own.safetensors"));
        }

        Assert.Contains(
            "a custom encoder (TorchSharp.Modules.Sequential); only encoders of the catalog can be exported",
            Export("own.safetensors", fixture.At("own.onnx")).Refused(2));
    }

    [Theory]
    [InlineData("h")]
    [InlineData("1")]
    public void A_classifier_is_exported_with_its_classes_and_takes_images(string layer)
    {
        string model = fixture.At($"layer-{layer}.simclr");
        CommandRun.Of(
            "evaluate", "logistic", fixture.At("run"), "--train", fixture.At("train"), "--test", fixture.At("test"),
            "--layer", layer, "--out", model, "--force");

        JsonObject json = Export($"layer-{layer}.simclr", fixture.At($"layer-{layer}.onnx"), "--json").Json;

        Assert.Equal("images: uint8 [batch, height, width, 3]", json["input"]!.GetValue<string>());
        Assert.Equal("""["embedding","probabilities","novelty"]""", json["outputs"]!.ToJsonString());
        Assert.Equal(2, json["classes"]!.GetValue<int>());
        Assert.InRange(json["max_difference"]!.GetValue<double>(), 0, 1e-4);
        using var session = new InferenceSession(fixture.At($"layer-{layer}.onnx"));
        Dictionary<string, string> metadata = session.ModelMetadata.CustomMetadataMap;
        Assert.Equal(("classifier", layer), (metadata["kind"], metadata["layer"]));
        Assert.Equal("""["blue","red"]""", metadata["class_names"]);
        Assert.Equal($"layer-{layer}.simclr", metadata["run"]);

        Assert.Contains(
            "input images: uint8 [batch, 12, 12, 3]\noutput embedding: float32 [batch, 32]\n"
                + "output probabilities: float32 [batch, 2]\noutput novelty: float32 [batch, 1]\n",
            Export($"layer-{layer}.simclr", fixture.At("pixels.onnx"), "--preprocess").Output);
        Assert.Contains(
            "a classifier has a layer of its own",
            Export($"layer-{layer}.simclr", fixture.At("z.onnx"), "--projection").Refused(2));
    }

    [Fact]
    public void The_classifier_of_a_supervised_run_is_exported_on_demand()
    {
        CommandRun run = CommandRun.Of(
            "supervised", fixture.At("train"), "--out", fixture.At("labeled"), "--config", fixture.At("tiny.yaml"));
        Assert.Equal(0, run.Code);

        Assert.Null(Export("labeled", fixture.At("encoder.onnx"), "--json").Json["classes"]);
        JsonObject json = Export("labeled", fixture.At("classes.onnx"), "--classifier", "--json").Json;
        Assert.Equal("""["embedding","probabilities"]""", json["outputs"]!.ToJsonString());
        Assert.Contains("there is no classifier", Export("run", fixture.At("no.onnx"), "--classifier").Refused(3));
    }

    [Fact]
    public void A_damaged_classifier_is_refused()
    {
        File.WriteAllText(fixture.At("damaged.simclr"), "no classifier");
        Assert.Contains("cut short", Export("damaged.simclr", fixture.At("none.onnx")).Refused(3));
        Assert.False(File.Exists(fixture.At("none.onnx")));
    }

    private CommandRun Export(string run, string file, params string[] more)
        => CommandRun.Of(["export", "onnx", fixture.At(run), "--out", file, "--threads", "1", .. more]);
}

using System.Text.Json.Nodes;
using SimClr.Augmentation;
using SimClr.Checkpoints;
using SimClr.Encoders;
using SimClr.Tests.Data;
using static TorchSharp.torch;

namespace SimClr.Tests.Checkpoints;

public sealed class HuggingFaceFolderTests : IDisposable
{
    // As on the hub for timm/resnet50.tv_in1k.
    private const string Config = """
        {
          "architecture": "resnet50",
          "num_classes": 1000,
          "num_features": 2048,
          "pretrained_cfg": {
            "tag": "tv_in1k",
            "custom_load": false,
            "input_size": [3, 224, 224],
            "fixed_input_size": false,
            "interpolation": "bilinear",
            "crop_pct": 0.875,
            "crop_mode": "center",
            "mean": [0.485, 0.456, 0.406],
            "std": [0.229, 0.224, 0.225],
            "num_classes": 1000,
            "pool_size": [7, 7],
            "first_conv": "conv1",
            "classifier": "fc",
            "license": "bsd-3-clause",
            "origin_url": "https://github.com/pytorch/vision"
          }
        }
        """;

    private readonly TorchSharp.DisposeScope scope = NewDisposeScope();
    private readonly TemporaryFolder folder = new();

    public void Dispose()
    {
        scope.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void What_is_written_is_read_back_with_the_same_answers_and_input()
    {
        var views = new ViewOptions
        {
            Size = 96,
            Normalize = Normalization.ImageNet,
            Interpolation = Interpolation.Bilinear,
        };
        var options = new EncoderOptions { Name = "resnet18", Stem = EncoderStem.ImageNet };
        using var encoder = new TrainedEncoder(EncoderCatalog.Create(options, 96, seed: 3), options, views);
        encoder.Module.eval();

        IReadOnlyList<string> files = HuggingFaceFolder.Save(encoder, folder.PathOf("model"), "# A card\n");

        Assert.Equal(
            ["model.safetensors", "config.json", "README.md"], files.Select(file => Path.GetFileName(file)));
        using TrainedEncoder read = TrainedEncoder.Load(folder.PathOf("model"));
        Assert.Equal(
            (96, Normalization.ImageNet, Interpolation.Bilinear),
            (read.Views.Size, read.Views.Normalize, read.Views.Interpolation));
        Assert.Equal(options, read.Options);
        Tensor expected = PublishedWeights.Compute(encoder.Module);
        Assert.Equal(0, PublishedWeights.Compute(read.Module).sub(expected).abs().max().item<float>());
        JsonNode config = JsonNode.Parse(File.ReadAllText(files[1]))!;
        Assert.Equal(("resnet18", 512, 0), (
            (string)config["architecture"]!, (int)config["num_features"]!, (int)config["num_classes"]!));
        JsonNode input = config["pretrained_cfg"]!;
        Assert.Equal("[3,96,96] bilinear [0.485,0.456,0.406] [0.229,0.224,0.225] [3,3]", string.Join(
            ' ',
            input["input_size"]!.ToJsonString(),
            input["interpolation"],
            input["mean"]!.ToJsonString(),
            input["std"]!.ToJsonString(),
            input["pool_size"]!.ToJsonString()));
        // timm resizes the short side to floor(96 / crop_pct).
        Assert.Equal(new EvaluationTransform(views).ShortSide, Math.Floor(96 / (double)input["crop_pct"]!));

        Assert.Contains("not an empty folder", Assert.Throws<ConfigurationException>(
            () => HuggingFaceFolder.Save(encoder, folder.PathOf("model"))).Message);
    }

    [Fact]
    public void A_folder_of_the_hub_is_read()
    {
        using ResNet network = PublishedWeights.Network(WeightsCatalog.Find("torchvision-resnet50"));
        Write("hub", Config, network);
        using TrainedEncoder encoder = TrainedEncoder.Load(folder.PathOf("hub"));
        Assert.Equal(
            ("resnet50", 224, Normalization.ImageNet, Interpolation.Bilinear),
            (encoder.Options.Name, encoder.Views.Size, encoder.Views.Normalize, encoder.Views.Interpolation));
        Tensor expected = PublishedWeights.Compute(network);
        Assert.True(
            PublishedWeights.Compute(encoder.Module).sub(expected).abs().max().item<float>()
                <= 1e-5 * expected.abs().max().item<float>());
        Assert.Equal(folder.PathOf("hub/model.safetensors"), encoder.SourceFile);

        // One level, as earlier versions of timm wrote it, without what has a default.
        Write("old", """{"architecture": "resnet50", "mean": [0, 0, 0], "std": [1, 1, 1]}""", network);
        using TrainedEncoder old = TrainedEncoder.Load(folder.PathOf("old/model.safetensors"));
        Assert.Equal(
            (224, Normalization.None, Interpolation.Bicubic),
            (old.Views.Size, old.Views.Normalize, old.Views.Interpolation));
    }

    [Theory]
    [InlineData("torchvision-resnet50", "bottleneck", "[3, 4, 6, 3]")]
    [InlineData("torchvision-resnet18", "basic", "[2, 2, 2, 2]")]
    public void A_folder_of_transformers_is_read(string weights, string layers, string depths)
    {
        using ResNet network = PublishedWeights.Network(WeightsCatalog.Find(weights));
        folder.Write(
            "hub/config.json", $$"""{"model_type": "resnet", "layer_type": "{{layers}}", "depths": {{depths}}}""");
        SafetensorsFile.Write(
            folder.PathOf("hub/model.safetensors"),
            [
                .. ModuleState.Enumerate(network)
                    .Select(w => KeyValuePair.Create("resnet." + Transformers(w.Key), w.Value)),
                KeyValuePair.Create("classifier.1.weight", ones(10, 128)),
            ]);
        Assert.Contains(
            "no preprocessor_config.json",
            Assert.Throws<DataException>(() => TrainedEncoder.Load(folder.PathOf("hub"))).Message);

        folder.Write(
            "hub/preprocessor_config.json",
            """
            {"crop_pct": 0.875, "image_mean": [0.485, 0.456, 0.406], "image_std": [0.229, 0.224, 0.225], "resample": 2,
             "size": {"shortest_edge": 192}}
            """);
        using TrainedEncoder encoder = TrainedEncoder.Load(folder.PathOf("hub"));
        Assert.Equal(
            (192, Normalization.ImageNet, Interpolation.Bilinear),
            (encoder.Views.Size, encoder.Views.Normalize, encoder.Views.Interpolation));
        Tensor expected = PublishedWeights.Compute(network);
        Assert.True(
            PublishedWeights.Compute(encoder.Module).sub(expected).abs().max().item<float>()
                <= 1e-5 * expected.abs().max().item<float>());

        folder.Write("hub/config.json", """{"model_type": "resnet", "depths": [1, 1, 1, 1]}""");
        Assert.Contains(
            "depths is [1,1,1,1], expected those of one of resnet18",
            Assert.Throws<DataException>(() => TrainedEncoder.Load(folder.PathOf("hub"))).Message);
    }

    [Theory]
    [InlineData("\"resnet50\"", "\"resnet50d\"", "the architecture is 'resnet50d', expected one of resnet18")]
    [InlineData("\"resnet50\"", "\"resnet18\"", "it holds a resnet50, expected the resnet18")]
    [InlineData("\"architecture\"", "\"model_type\"", "there is no 'architecture'")]
    [InlineData("0.485", "0.5", "mean is [0.5,0.456,0.406]")]
    [InlineData("bilinear", "random", "interpolation is 'random'")]
    [InlineData("[3, 224, 224]", "[3, 224, 192]", "input_size is [3,224,192]")]
    [InlineData("[3, 224, 224]", "[3, 1e9, 1e9]", "input_size is")]
    [InlineData("[3, 224, 224]", "\"large\"", "expected a list of numbers")]
    [InlineData("{", "", "cannot be used as the description of an encoder")]
    public void Another_description_is_refused_with_its_reason(string text, string other, string reason)
    {
        using ResNet network = PublishedWeights.Network(WeightsCatalog.Find("torchvision-resnet50"));
        Write("hub", Config.Replace(text, other, StringComparison.Ordinal), network);
        string message = Assert.Throws<DataException>(() => TrainedEncoder.Load(folder.PathOf("hub"))).Message;
        Assert.Contains(reason, message);
        Assert.Contains(folder.PathOf("hub"), message);
    }

    [Theory]
    [InlineData(0.25, EncoderStem.ImageNet, "a width of 0.25")]
    [InlineData(1, EncoderStem.Small, "the stem for small images")]
    public void An_encoder_that_timm_does_not_have_is_refused(double width, EncoderStem stem, string reason)
    {
        var options = new EncoderOptions { Name = "resnet18", Width = width, Stem = stem };
        using var encoder = new TrainedEncoder(
            EncoderCatalog.Create(options, 32), options, new ViewOptions { Size = 32 });
        string message = Assert.Throws<ConfigurationException>(
            () => HuggingFaceFolder.Save(encoder, folder.PathOf("model"))).Message;
        Assert.Contains(reason, message);
        Assert.False(Directory.Exists(folder.PathOf("model")));
    }

    private static string Transformers(string name)
    {
        string[] parts = name.Split('.');
        if (parts[0] is "conv1" or "bn1")
        {
            return $"embedder.embedder.{(parts[0] == "conv1" ? "convolution" : "normalization")}.{parts[1]}";
        }

        bool isNorm = parts[2].StartsWith("bn", StringComparison.Ordinal) || parts[^2] == "1";
        string place = parts[2] == "downsample" ? "shortcut" : $"layer.{parts[2][^1] - '1'}";
        return $"encoder.stages.{parts[0][^1] - '1'}.layers.{parts[1]}.{place}."
            + $"{(isNorm ? "normalization" : "convolution")}.{parts[^1]}";
    }

    private void Write(string name, string config, ResNet network)
    {
        folder.Write($"{name}/config.json", config);
        SafetensorsFile.Write(
            folder.PathOf($"{name}/model.safetensors"),
            [
                .. ModuleState.Enumerate(network),
                KeyValuePair.Create("fc.weight", ones(10, 128)), KeyValuePair.Create("fc.bias", ones(10)),
            ],
            new Dictionary<string, string> { ["format"] = "pt" });
    }
}

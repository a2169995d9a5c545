using Microsoft.ML.OnnxRuntime;
using SimClr.Augmentation;
using SimClr.Checkpoints;
using SimClr.Data;
using SimClr.Encoders;
using SimClr.Heads;
using SimClr.Internals;
using SimClr.Layers;
using SimClr.Onnx;
using SimClr.Tests.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace SimClr.Tests.Onnx;

[Collection(ComputeThreadsCollection.Name)]
public sealed class OnnxExportTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly DisposeScope scope = NewDisposeScope();

    public void Dispose()
    {
        scope.Dispose();
        folder.Dispose();
    }

    public static TheoryData<string, double, string, int> Catalog()
    {
        var rows = new TheoryData<string, double, string, int>();
        foreach (string name in EncoderCatalog.Names)
        {
            rows.Add(name, 1.0 / 16, "small", 8);
            rows.Add(name, 1.0 / 16, "imagenet", 33);
        }

        rows.Add("resnet18", 0.25, "auto", 16);
        rows.Add("resnet18", 1, "auto", 9);
        rows.Add("resnet50", 0.3, "auto", 65);
        return rows;
    }

    [Theory]
    [MemberData(nameof(Catalog))]
    public void Every_encoder_of_the_catalog_gives_the_same_embeddings(string name, double width, string stem, int size)
    {
        using TrainedEncoder encoder = Encoder(name, width, stem, size);

        OnnxExportResult result = OnnxExport.Write(encoder, folder.PathOf("encoder.onnx"));

        Assert.InRange(result.MaxDifference!.Value, 1e-12, 1e-4);
        AssertSame(encoder, folder.PathOf("encoder.onnx"), size, head: null);
    }

    [Theory]
    [InlineData("none", 2, true)]
    [InlineData("linear", 2, true)]
    [InlineData("linear", 2, false)]
    [InlineData("mlp", 2, true)]
    [InlineData("mlp", 2, false)]
    [InlineData("mlp", 3, true)]
    public void Every_head_gives_the_same_projections(string kind, int layers, bool batchNorm)
    {
        using TrainedEncoder encoder = Encoder("resnet18", 1.0 / 16, "auto", 12);
        using var head = new ProjectionHead(
            new HeadOptions
            {
                Kind = EnumText.Parse<HeadKind>(kind),
                Layers = layers,
                BatchNorm = batchNorm,
                Hidden = 24,
                Output = 10,
            },
            ((ResNet)encoder.Module).RepresentationSize);
        Stir(head);

        OnnxExportResult result = OnnxExport.Write(encoder, folder.PathOf("z.onnx"), head: head);

        Assert.Equal(kind == "none" ? 32 : 10, result.Dimension);
        AssertSame(encoder, folder.PathOf("z.onnx"), 12, head);
        Assert.True(head.training);
    }

    [Theory]
    [InlineData("none", 32, "bicubic")]
    [InlineData("imagenet", 32, "bicubic")]
    [InlineData("imagenet", 40, "bilinear")]
    [InlineData("none", 40, "bicubic")]
    public void Images_of_any_size_are_prepared_in_the_model_as_in_the_library(
        string normalize, int size, string interpolation)
    {
        var views = new ViewOptions
        {
            Size = size,
            Normalize = EnumText.Parse<Normalization>(normalize),
            Interpolation = EnumText.Parse<Interpolation>(interpolation),
        };
        using TrainedEncoder encoder = Encoder("resnet18", 1.0 / 16, "auto", views);
        OnnxExport.Write(encoder, folder.PathOf("images.onnx"), new OnnxExportOptions { Input = OnnxInput.Images });
        using var session = new InferenceSession(folder.PathOf("images.onnx"));

        foreach ((int width, int height) in new[]
        {
            (size, size), (150, 61), (47, 130), (21, 13), (size + 1, size), (500, 9), (size, (2 * size) + 1),
        })
        {
            RgbImage image = Augmentation.RandomImages.Noise(width, height, 1);
            float[] prepared = new float[3 * size * size];
            new EvaluationTransform(views).Render(image, prepared);
            encoder.Module.eval();
            float[] expected = Values(encoder.Module.forward(tensor(prepared, [1, size, size, 3]).permute(0, 3, 1, 2)));

            using OrtValue input = OrtValue.CreateTensorValueFromMemory(image.Pixels.ToArray(), [1, height, width, 3]);
            AssertNear(expected, Compute(session, input), 1e-4);
        }
    }

    [Theory]
    [InlineData("none")]
    [InlineData("imagenet")]
    public void Pixels_are_scaled_and_normalized_in_the_model(string normalize)
    {
        using TrainedEncoder encoder = Encoder(
            "resnet18",
            1.0 / 16,
            "auto",
            new ViewOptions { Size = 16, Normalize = EnumText.Parse<Normalization>(normalize) });
        OnnxExport.Write(
            encoder,
            folder.PathOf("pixels.onnx"),
            new OnnxExportOptions { Input = OnnxInput.Pixels, Normalize = true });
        RgbImage image = Augmentation.RandomImages.Noise(16, 16, 1);
        float[] prepared = new float[3 * 16 * 16];
        new EvaluationTransform(encoder.Views).Render(image, prepared);
        encoder.Module.eval();
        Tensor h = encoder.Module.forward(tensor(prepared, [1, 16, 16, 3]).permute(0, 3, 1, 2));

        using var session = new InferenceSession(folder.PathOf("pixels.onnx"));
        using OrtValue input = OrtValue.CreateTensorValueFromMemory(image.Pixels.ToArray(), [1, 16, 16, 3]);
        AssertNear(Values(h / h.norm()), Compute(session, input), 1e-5);
    }

    [Fact]
    public void A_row_of_zeros_stays_one_when_normalized()
    {
        using TrainedEncoder encoder = Encoder("resnet18", 1.0 / 16, "auto", 8);
        using (no_grad())
        {
            foreach (var parameter in encoder.Module.parameters())
            {
                parameter.zero_();
            }
        }

        OnnxExport.Write(encoder, folder.PathOf("zero.onnx"), new OnnxExportOptions { Normalize = true });

        using var session = new InferenceSession(folder.PathOf("zero.onnx"));
        using OrtValue input = OrtValue.CreateTensorValueFromMemory(new float[3 * 8 * 8], [1, 3, 8, 8]);
        Assert.All(Compute(session, input), value => Assert.Equal(0, value));
    }

    [Fact]
    public void The_metadata_describes_input_output_and_origin()
    {
        var views = new ViewOptions { Size = 40, Normalize = Normalization.ImageNet };
        using TrainedEncoder encoder = Encoder("resnet18", 1.0 / 16, "auto", views);
        var options = new OnnxExportOptions { Provenance = new Dictionary<string, string> { ["run"] = "photos" } };

        OnnxExportResult result = OnnxExport.Write(encoder, folder.PathOf("encoder.onnx"), options);

        using var session = new InferenceSession(folder.PathOf("encoder.onnx"));
        Dictionary<string, string> metadata = session.ModelMetadata.CustomMetadataMap;
        Assert.Equal("images: float32 [batch, 3, 40, 40]", metadata["input"]);
        Assert.Equal("embedding: float32 [batch, 32]", metadata["output"]);
        Assert.Contains(
            "short side resized to 46 pixels (bicubic, antialiased), center 40 x 40 cropped", metadata["input_values"]);
        Assert.Equal("0.485, 0.456, 0.406", metadata["normalization_mean"]);
        Assert.Equal("0.229, 0.224, 0.225", metadata["normalization_std"]);
        Assert.Contains("resnet18", metadata["encoder"]);
        Assert.Contains("2002.05709", metadata["paper"]);
        Assert.Equal("photos", metadata["run"]);
        Assert.Equal(17, result.Opset);
        Assert.Equal(result.Bytes, new FileInfo(folder.PathOf("encoder.onnx")).Length);
    }

    [Fact]
    public void Exporting_leaves_the_encoder_as_it_is_and_no_tensor_behind()
    {
        using TrainedEncoder encoder = Encoder("resnet18", 1.0 / 16, "auto", 8);
        encoder.Module.train();
        OnnxExport.Write(encoder, folder.PathOf("first.onnx"));
        using var tensors = new TensorCount();

        OnnxExport.Write(encoder, folder.PathOf("second.onnx"));

        Assert.Equal(0, tensors.Growth);
        Assert.True(encoder.Module.training);
        Assert.Equal(File.ReadAllBytes(folder.PathOf("first.onnx")), File.ReadAllBytes(folder.PathOf("second.onnx")));
    }

    [Fact]
    public void A_custom_module_is_refused()
    {
        using var encoder = new TrainedEncoder(nn.Flatten(), new EncoderOptions(), new ViewOptions { Size = 8 });

        var error = Assert.Throws<ConfigurationException>(() => OnnxExport.Write(encoder, folder.PathOf("own.onnx")));

        Assert.Contains(
            "a custom encoder (TorchSharp.Modules.Flatten); only encoders of the catalog can be exported: resnet18, ",
            error.Message);
        Assert.False(File.Exists(folder.PathOf("own.onnx")));
    }

    [Fact]
    public void NaN_weights_are_not_written()
    {
        using TrainedEncoder encoder = Encoder("resnet18", 1.0 / 16, "auto", 8);
        using (no_grad())
        {
            encoder.Module.parameters().First().fill_(float.NaN);
        }

        Assert.Contains(
            "are not finite",
            Assert.Throws<DataException>(() => OnnxExport.Write(encoder, folder.PathOf("nan.onnx"))).Message);
        Assert.Empty(Directory.GetFiles(folder.Path));
        Assert.Null(OnnxExport.Write(
            encoder, folder.PathOf("nan.onnx"), new OnnxExportOptions { Check = false }).MaxDifference);
    }

    /// <summary>The check does detect a model that computes something else.</summary>
    [Fact]
    public void A_model_with_other_weights_is_detected()
    {
        using TrainedEncoder encoder = Encoder("resnet18", 1.0 / 16, "auto", 8);
        var options = new OnnxExportOptions();
        (byte[] model, _) = OnnxExport.Create(encoder, options, head: null);
        using (no_grad())
        {
            encoder.Module.state_dict()["layer4.1.bn2.bias"].add_(0.01);
        }

        Assert.Contains(
            "more than the allowed 0.0001",
            Assert.Throws<DataException>(() => OnnxCheck.Run(model, encoder, null, options)).Message);
    }

    private static TrainedEncoder Encoder(string name, double width, string stem, int size)
        => Encoder(name, width, stem, new ViewOptions { Size = size });

    private static TrainedEncoder Encoder(string name, double width, string stem, ViewOptions views)
    {
        var options = new EncoderOptions { Name = name, Width = width, Stem = EnumText.Parse<EncoderStem>(stem) };
        ResNet module = EncoderCatalog.Create(options, views.Size);
        Stir(module);
        return new TrainedEncoder(module, options, views);
    }

    /// <summary>Sets batch norms as after training: no scale, shift, or mean is 0, and no two are equal.</summary>
    private static void Stir(nn.Module module)
    {
        var random = new RandomStream(5, Purpose.Sample);
        using var _ = no_grad();
        foreach ((string name, Tensor value) in ModuleState.Enumerate(module).Where(entry => entry.Value.dim() == 1))
        {
            (double low, double high) = name.EndsWith("var", StringComparison.Ordinal) ? (0.5, 2)
                : name.EndsWith("weight", StringComparison.Ordinal) ? (0.2, 0.8)
                : (-0.3, 0.3);
            value.copy_(tensor(
                Enumerable.Range(0, (int)value.shape[0]).Select(i => (float)random.Uniform(low, high)).ToArray()));
        }
    }

    private static void AssertSame(TrainedEncoder encoder, string file, int size, ProjectionHead? head)
    {
        using var session = new InferenceSession(file);
        foreach (int batch in new[] { 1, 3 })
        {
            Tensor images = randn(batch, 3, size, size);
            using var encoderMode = new InferenceMode(encoder.Module);
            using InferenceMode? headMode = head is null ? null : new InferenceMode(head);
            Tensor h = encoder.Module.forward(images);
            using OrtValue input = OrtValue.CreateTensorValueFromMemory(Values(images), images.shape);
            AssertNear(Values(head is null ? h : head.forward(h)), Compute(session, input), 1e-4);
        }
    }

    private static float[] Values(Tensor tensor) => tensor.detach().contiguous().data<float>().ToArray();

    private static float[] Compute(InferenceSession session, OrtValue input)
    {
        using var run = new RunOptions();
        using IDisposableReadOnlyCollection<OrtValue> output = session.Run(run, ["images"], [input], ["embedding"]);
        return output[0].GetTensorDataAsSpan<float>().ToArray();
    }

    private static void AssertNear(float[] expected, float[] actual, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        Assert.InRange(expected.Zip(actual, (a, b) => Math.Abs(a - b)).Max(), 0, tolerance);
        Assert.InRange(expected.Max() - expected.Min(), 0.01, float.MaxValue);
    }
}

using System.Text.Json;
using SimClr.Checkpoints;
using SimClr.Encoders;
using SimClr.Internals;
using SimClr.Layers;
using SimClr.Tests.Golden;
using TorchSharp;
using static TorchSharp.torch;

namespace SimClr.Tests.Encoders;

public sealed class ResNetTests : IDisposable
{
    private readonly DisposeScope scope = NewDisposeScope();

    public void Dispose() => scope.Dispose();

    // One network for all comparisons: making and filling it takes longer than computing with it. Batch norm over eight
    // values per channel (two images, 2 × 2 positions) amplifies rounding from layer to layer: in training the deeper
    // ones are up to 4e-4 off in float32, in any summation order. Float64 checks the computation.
    [Theory]
    [InlineData("resnet18", 1e-4)]
    [InlineData("resnet34", 1e-4)]
    [InlineData("resnet50", 1e-3)]
    [InlineData("resnet101", 1e-3)]
    public void Names_shapes_counts_representations_and_gradients_are_torchvisions(string name, double inTraining)
    {
        JsonElement golden = Golden(name);
        using ResNet resnet = Create(name);
        AssertNamesShapesAndCounts(resnet, golden);

        resnet.to(ScalarType.Float64);
        Fill(resnet);
        resnet.eval();
        AssertMatches(resnet.forward(Input(ScalarType.Float64)), golden, "eval", 1e-9);

        resnet.train();
        Tensor h = resnet.forward(Input(ScalarType.Float64));
        AssertMatches(h, golden, "train", 1e-6);
        h.pow(2).mean().backward();
        double norm =
            resnet.named_parameters().First(p => p.name == "conv1.weight").parameter.grad!.norm().item<double>();
        Assert.Equal(1, norm / golden.GetProperty("conv1_grad_norm").GetDouble(), 1e-6);

        // The same weights, rounded, with the statistics from before that step.
        resnet.zero_grad();
        resnet.to(ScalarType.Float32);
        Fill(resnet, weights: false);
        resnet.eval();
        AssertMatches(resnet.forward(Input(ScalarType.Float32)), golden, "eval", 1e-4);
        resnet.train();
        AssertMatches(resnet.forward(Input(ScalarType.Float32)), golden, "train", inTraining);
    }

    /// <summary>oneDNN read uninitialized memory for the channels missing to a multiple of 16.</summary>
    [Theory]
    [InlineData("resnet18", 0.0625)]
    [InlineData("resnet18", 0.1875)]
    [InlineData("resnet50", 0.0625)]
    public void Gradients_of_a_narrow_network_do_not_depend_on_earlier_memory_content(string name, double width)
    {
        using ResNet resnet = EncoderCatalog.Create(
            new EncoderOptions { Name = name, Width = width, Stem = EncoderStem.Small }, 24);
        resnet.train();
        for (int trial = 0; trial < 4; trial++)
        {
            using var step = NewDisposeScope();
            foreach (int size in new[] { 4, 8, 12, 16, 24 })
            {
                using Tensor garbage = full([64, size, 24, 24], float.NaN);
                using Tensor more = full([64, size, 12, 12], float.NaN);
            }

            resnet.zero_grad();
            resnet.forward(rand(64, 3, 24, 24)).sum().backward();
            Assert.All(
                resnet.named_parameters(),
                entry => Assert.True(isfinite(entry.parameter.grad!).all().item<bool>(), entry.name));
        }
    }

    [Theory]
    [InlineData(1, 24)]
    [InlineData(2, 94)]
    [InlineData(4, 375)]
    public void ResNet50_has_the_papers_number_of_parameters(double width, int millions)
    {
        using ResNet resnet = EncoderCatalog.Create(new EncoderOptions { Name = "resnet50", Width = width }, 224);
        Assert.Equal(millions, Math.Round(resnet.parameters().Sum(p => p.numel()) / 1e6));
    }

    [Theory]
    [InlineData("resnet152", 60_192_808)]
    [InlineData("resnet200", 64_673_832)]
    public void Deeper_ones_have_their_known_number_of_parameters(string name, long withClassifier)
    {
        using ResNet resnet = Create(name);
        Assert.Equal(
            withClassifier, resnet.parameters().Sum(p => p.numel()) + ((resnet.RepresentationSize + 1) * 1000));
    }

    [Theory]
    [InlineData("auto", 32, true)]
    [InlineData("auto", 64, true)]
    [InlineData("auto", 65, false)]
    [InlineData("auto", 224, false)]
    [InlineData("small", 224, true)]
    [InlineData("imagenet", 32, false)]
    public void The_stem_is_chosen_by_size_or_by_name(string stem, int size, bool small)
    {
        using ResNet resnet = EncoderCatalog.Create(
            new EncoderOptions { Name = "resnet18", Width = 0.25, Stem = EnumText.Parse<EncoderStem>(stem) }, size);
        Assert.Equal(small, resnet.SmallStem);
        Assert.Equal(small ? [16, 3, 3, 3] : [16, 3, 7, 7], resnet.state_dict()["conv1.weight"].shape);
    }

    [Fact]
    public void The_small_stem_keeps_the_resolution()
    {
        // Four stages, three of which halve: 32 → 4, so h is the mean of 16 positions. Moving a distant pixel must
        // change h.
        using ResNet resnet = EncoderCatalog.Create(new EncoderOptions { Name = "resnet18", Width = 0.25 }, 32);
        resnet.eval();
        Assert.Equal([3, 128], resnet.forward(rand(3, 3, 32, 32)).shape);
    }

    [Fact]
    public void Each_block_starts_as_its_shortcut_because_its_last_scale_is_0()
    {
        using ResNet resnet = Create("resnet50");
        var scales = resnet.state_dict().Where(e => e.Key.EndsWith("bn3.weight", StringComparison.Ordinal)).ToArray();
        Assert.Equal(16, scales.Length);
        Assert.All(scales, s => Assert.Equal(0, s.Value.abs().max().item<float>()));
    }

    [Fact]
    public void Weights_are_fixed_by_the_seed()
    {
        using ResNet a = EncoderCatalog.Create(new EncoderOptions { Name = "resnet18", Width = 0.25 }, 32, seed: 1);
        using ResNet b = EncoderCatalog.Create(new EncoderOptions { Name = "resnet18", Width = 0.25 }, 32, seed: 1);
        using ResNet c = EncoderCatalog.Create(new EncoderOptions { Name = "resnet18", Width = 0.25 }, 32, seed: 2);
        foreach (var (name, parameter) in a.named_parameters().Where(p => p.parameter.dim() == 4))
        {
            Assert.Equal(0, parameter.LargestDifference(b.state_dict()[name]));
            Assert.NotEqual(0, parameter.LargestDifference(c.state_dict()[name]));
        }
    }

    [Fact]
    public void Channels_last_weights_give_the_same_representation()
    {
        using ResNet resnet = EncoderCatalog.Create(new EncoderOptions { Name = "resnet18", Width = 0.25 }, 32);
        resnet.eval();
        Tensor x = rand(2, 3, 32, 32);
        Tensor before = resnet.forward(x);
        ChannelsLast.Convert(resnet);
        Tensor after = resnet.forward(x.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2));
        Assert.Equal([144, 1, 48, 16], resnet.state_dict()["layer1.0.conv1.weight"].stride());
        Assert.True(allclose(before, after, rtol: 1e-4, atol: 1e-5));
    }

    [Fact]
    public void A_bfloat16_input_is_computed_in_bfloat16_and_gives_float32_representations_and_gradients()
    {
        using ResNet resnet = EncoderCatalog.Create(new EncoderOptions { Name = "resnet18", Width = 0.25 }, 32);
        Tensor x = rand(4, 3, 32, 32);
        Tensor full = resnet.forward(x);
        Tensor half = resnet.forward(x.to_type(ScalarType.BFloat16));
        Assert.Equal(ScalarType.Float32, half.dtype);
        Assert.True(half.sub(full).norm().item<float>() < 0.05 * full.norm().item<float>());
        half.sum().backward();
        Assert.All(resnet.parameters(), p => Assert.Equal(ScalarType.Float32, p.grad!.dtype));
    }

    private static ResNet Create(string name) => EncoderCatalog.Create(new EncoderOptions { Name = name }, 224);

    private static Tensor Input(ScalarType type)
        => arange(2 * 3 * 64 * 64, dtype: ScalarType.Float64).mul(0.11).sin().mul(0.5).add(0.5).reshape(
            2, 3, 64, 64).to_type(type);

    private static JsonElement Golden(string name)
        => GoldenFile.Read("resnet.json").EnumerateArray().Single(c => c.GetProperty("name").GetString() == name);

    private static void AssertMatches(Tensor h, JsonElement golden, string mode, double tolerance)
    {
        Tensor head = golden.GetProperty($"{mode}_head").Tensor();
        Tensor norm = golden.GetProperty($"{mode}_norm").Tensor();
        double scale = head.abs().max().item<double>();
        double difference = h.narrow(1, 0, 16).LargestDifference(head);
        Assert.True(difference < tolerance * scale, $"{mode}: values differ by {difference} of {scale}");
        Assert.True(h.norm(1).LargestDifference(norm) < tolerance * norm.max().item<double>(), $"{mode}: norms");
    }

    private static void AssertNamesShapesAndCounts(ResNet resnet, JsonElement golden)
    {
        var expected = golden.GetProperty("state_dict").EnumerateArray()
            .Select(e
                => (Name: e[0].GetString()!, Shape: string.Join(",", e[1].EnumerateArray().Select(n => n.GetInt64()))))
            .ToArray();
        var actual = ModuleState.Enumerate(resnet).Select(e => (e.Key, string.Join(",", e.Value.shape))).ToArray();

        // torchvision's classifier "fc" is not part of the encoder.
        Assert.Equal(expected.Where(e => !e.Name.StartsWith("fc.", StringComparison.Ordinal)), actual);
        Assert.Equal(golden.GetProperty("parameters").GetInt64(), resnet.parameters().Sum(p => p.numel()));
    }

    // The same rule as the reference: every tensor of the state dict, in order, from a sine of its flat index.
    private static void Fill(ResNet resnet, bool weights = true)
    {
        using var _ = no_grad();
        int i = 0;
        foreach ((string name, Tensor value) in ModuleState.Enumerate(resnet))
        {
            if (!name.EndsWith("num_batches_tracked", StringComparison.Ordinal) && (weights || value.dim() < 2))
            {
                using var one = NewDisposeScope();
                Tensor t = arange(value.numel(), dtype: ScalarType.Float64);
                Tensor filled = value.dim() >= 2
                    ? t.mul(0.37).mul(t).add(i).sin().mul(Math.Sqrt(2.0 * value.shape[0] / value.numel()))
                    : name.EndsWith("running_var", StringComparison.Ordinal) ? t.add(i).sin().pow(2).mul(0.5).add(1)
                    : name.EndsWith("weight", StringComparison.Ordinal) ? t.add(i).sin().mul(0.1).add(1)
                    : t.add(i).cos().mul(0.1);
                value.copy_(filled.reshape(value.shape));
            }

            i++;
        }
    }
}

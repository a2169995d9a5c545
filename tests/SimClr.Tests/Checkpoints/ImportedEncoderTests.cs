using SimClr.Augmentation;
using SimClr.Checkpoints;
using SimClr.Encoders;
using SimClr.Internals;
using SimClr.Tests.Data;
using static TorchSharp.torch;

namespace SimClr.Tests.Checkpoints;

/// <summary>SimClr's weights, renamed as other programs name them: the encoder must compute the same.</summary>
public sealed class ImportedEncoderTests : IDisposable
{
    private static readonly ImportOptions Plain = new() { Normalize = Normalization.None, Size = 32 };

    private readonly TorchSharp.DisposeScope scope = NewDisposeScope();
    private readonly TemporaryFolder folder = new();

    public void Dispose()
    {
        scope.Dispose();
        folder.Dispose();
    }

    public static TheoryData<string, string, string> Namings => new()
    {
        // encoder and stem, prefix in the file, prefix given by the user
        { "resnet18 imagenet", "", "as they are" },
        { "resnet34 small", "backbone.", "without 'backbone.'" },
        { "resnet18 imagenet", "module.encoder.", "without 'module.encoder.'" },
        { "resnet18 small", "encoder.module.", "without 'encoder.module.'" },
        { "resnet50 imagenet", "state_dict.module.encoder_q.", "without 'state_dict.module.encoder_q.'" },
        {
            "resnet101 imagenet",
            "classy_state_dict.base_model.model.trunk._feature_blocks.",
            "without 'classy_state_dict"
        },
    };

    [Theory]
    [MemberData(nameof(Namings))]
    public void Torchvisions_names_are_found_behind_any_prefix(string kind, string prefix, string said)
    {
        using ResNet source = Source(kind);
        ImportedEncoder imported = Import(Weights(source).Select(w => KeyValuePair.Create(prefix + w.Key, w.Value)));
        AssertSame(source, imported, kind);
        Assert.Contains(said, imported.Rule);
        Assert.Empty(imported.LeftOut);
    }

    [Theory]
    [InlineData("resnet18 imagenet")]
    [InlineData("resnet50 small")]
    public void Downsampling_layers_may_be_named_shortcut(string kind)
    {
        using ResNet source = Source(kind);
        ImportedEncoder imported = Import(Weights(source).Select(w => KeyValuePair.Create(
            "model.encoder." + w.Key.Replace(".downsample.", ".shortcut.", StringComparison.Ordinal), w.Value)));
        AssertSame(source, imported, kind);
    }

    // The children of torchvision's network in a row; without the pooling; of lightly's own network, whose activation
    // is not a child.
    [Theory]
    [InlineData("resnet18 imagenet", "backbone.", 4)]
    [InlineData("resnet50 imagenet", "", 4)]
    [InlineData("resnet18 small", "f.", 3)]
    [InlineData("resnet18 small", "state_dict.backbone.", 2)]
    public void Numbered_children_are_known_by_their_order(string kind, string prefix, int first)
    {
        using ResNet source = Source(kind);
        ImportedEncoder imported = Import(
            [
                .. Weights(source).Select(w => KeyValuePair.Create(prefix + Number(w.Key), w.Value)),
                KeyValuePair.Create("projection_head.layers.0.weight", ones(3, 3)),
            ]);
        AssertSame(source, imported, kind);
        Assert.Contains("by number", imported.Rule);
        Assert.Single(imported.LeftOut);

        string Number(string name) => name.StartsWith("conv1.", StringComparison.Ordinal) ? $"0.{name[6..]}"
            : name.StartsWith("bn1.", StringComparison.Ordinal) ? $"1.{name[4..]}"
            : $"{first + (name[5] - '1')}{name[6..]}";
    }

    [Fact]
    public void SimClr2_converted_for_PyTorch_is_known()
    {
        using ResNet source = Source("resnet50 imagenet");
        ImportedEncoder imported = Import(
        [
            .. Weights(source).Where(w => !w.Key.EndsWith("num_batches_tracked", StringComparison.Ordinal))
                .Select(w => KeyValuePair.Create("resnet." + SimClr2(w.Key), w.Value)),
            KeyValuePair.Create("resnet.fc.weight", ones(10, 128)),
            KeyValuePair.Create("head.layers.0.weight", ones(3, 3)),
        ]);
        AssertSame(source, imported, "resnet50 imagenet");
        Assert.Contains("SimCLRv2", imported.Rule);
        Assert.Equal(["resnet.fc (1)", "head (1)"], imported.LeftOut);
    }

    [Theory]
    [InlineData("module.encoder_q.", "module.encoder_k.")]
    [InlineData("module.base_encoder.", "module.momentum_encoder.")]
    [InlineData("state_dict.backbone.", "state_dict.momentum_backbone.")]
    [InlineData("backbone.", "backbone_momentum.")]
    public void The_trained_encoder_is_preferred_to_its_moving_average(string trained, string follower)
    {
        using ResNet source = Source("resnet18 imagenet");
        using ResNet other = Source("resnet18 imagenet", seed: 9);
        ImportedEncoder imported = Import(
            Weights(other).Select(w => KeyValuePair.Create(follower + w.Key, w.Value))
                .Concat(Weights(source).Select(w => KeyValuePair.Create(trained + w.Key, w.Value)))
                .Append(KeyValuePair.Create(trained + "fc.0.weight", ones(4, 4))));
        AssertSame(source, imported, "resnet18 imagenet");
        Assert.Contains($"'{follower}' is its moving average", imported.Rule);
        Assert.Contains(imported.LeftOut, left => left.StartsWith(follower.TrimEnd('.'), StringComparison.Ordinal));
        Assert.Contains($"{trained}fc (1)", imported.LeftOut);
    }

    [Fact]
    public void One_of_several_encoders_must_be_named()
    {
        using ResNet a = Source("resnet18 imagenet");
        using ResNet b = Source("resnet18 imagenet", seed: 9);
        string file = Write(Weights(a).Select(w => KeyValuePair.Create("student." + w.Key, w.Value))
            .Concat(Weights(b).Select(w => KeyValuePair.Create("teacher." + w.Key, w.Value))));

        Assert.Contains(
            "'student.', 'teacher.'; choose one with ImportOptions.Prefix",
            Assert.Throws<DataException>(() => ImportedEncoder.Read(file, Plain)).Message);
        using ImportedEncoder imported = ImportedEncoder.Read(file, Plain with { Prefix = "teacher" });
        AssertSame(b, imported, "resnet18 imagenet");
        Assert.Throws<ConfigurationException>(() => ImportedEncoder.Read(file, Plain with { Prefix = "techer" }));
    }

    [Theory]
    [InlineData("resnet50", 1)]
    [InlineData("resnet50", 2)]
    [InlineData("resnet50", 4)]
    [InlineData("resnet152", 2)]
    [InlineData("resnet200", 0.25)]
    [InlineData("resnet34", 4)]
    public void Depth_and_width_are_read_off_the_shapes(string name, double width)
    {
        // Tensors that take no memory: every element is the same number.
        (bool bottleneck, int[] blocks) = EncoderCatalog.ShapeOf(name);
        long channels = (long)(64 * width);
        var weights = new Dictionary<string, Tensor> { ["conv1.weight"] = zeros(1).expand(channels, 3, 7, 7) };
        for (int stage = 0; stage < 4; stage++)
        {
            for (int block = 0; block < blocks[stage]; block++)
            {
                weights[$"layer{stage + 1}.{block}.conv1.weight"] = zeros(1).expand(channels, channels, 3, 3);
                weights[$"layer{stage + 1}.{block}.conv2.weight"] = zeros(1).expand(channels, channels, 3, 3);
                if (bottleneck)
                {
                    weights[$"layer{stage + 1}.{block}.conv3.weight"] = zeros(1).expand(4 * channels, channels, 1, 1);
                }
            }
        }

        Assert.Equal(
            new EncoderOptions { Name = name, Width = width, Stem = EncoderStem.ImageNet },
            EncoderShape.Recognize(weights, "file"));
    }

    [Theory]
    [InlineData("layer1.0.se.fc1.weight", new long[] { 4, 4, 1, 1 }, "squeeze-and-excitation")]
    [InlineData("conv1.0.weight", new long[] { 4, 3, 3, 3 }, "stem of three convolutions")]
    [InlineData("layer1.0.net.2.mixing_conv.0.weight", new long[] { 4, 4, 1, 1 }, "selective kernels")]
    [InlineData("attnpool.positional_embedding", new long[] { 4, 4 }, "attention pooling")]
    [InlineData(
        "conv2.weight", new long[] { 4, 4, 3, 3 }, "'conv2.weight' of shape [4, 4, 3, 3] is not a weight of a ResNet")]
    [InlineData("layer1.0.bn3.weight", new long[] { 4 }, "has, and the model lacks, 1 tensors ('layer1.0.bn3.weight')")]
    [InlineData("layer1.0.conv1.bias", new long[] { 4 }, "'layer1.0.conv1.bias'")]
    [InlineData("layer5.0.conv1.weight", new long[] { 4, 4, 3, 3 }, "'layer5.0.conv1.weight'")]
    [InlineData("layer4.2.conv1.weight", new long[] { 4, 4, 3, 3 }, "2, 2, 2, 3 blocks of two convolutions")]
    [InlineData("conv1.weight", new long[] { 4, 1, 7, 7 }, "takes images of 1 channels; expected 3")]
    [InlineData("conv1.weight", new long[] { 4, 3, 5, 5 }, "a stem of 5 × 5")]
    [InlineData("layer1.0.conv1.weight", new long[] { 4, 2, 3, 3 }, "in 2 groups (a ResNeXt)")]
    [InlineData("layer1.0.conv1.weight", new long[] { 8, 8, 3, 3 }, "(a wide ResNet, width_per_group)")]
    [InlineData(
        "layer3.1.conv2.weight",
        new long[] { 16, 16, 1, 1 },
        "'layer3.1.conv2.weight' has shape [16, 16, 1, 1], the model expects [16, 16, 3, 3]")]
    public void Another_network_is_refused_and_its_tensors_named(string name, long[] shape, string expected)
    {
        using ResNet source = Source("resnet18 imagenet");
        Dictionary<string, Tensor> weights = new(Weights(source)) { [name] = ones(shape) };

        Assert.Contains(expected, Refused(weights));
    }

    [Fact]
    public void Missing_weights_strange_numbers_and_no_weights_at_all_are_named()
    {
        using ResNet source = Source("resnet18 imagenet");
        var weights = new Dictionary<string, Tensor>(Weights(source));
        Assert.Contains(
            "lacks 1 tensors ('layer3.1.bn2.weight')", Refused(weights.Where(w => w.Key != "layer3.1.bn2.weight")));
        Assert.Contains("lacks 'conv1.weight'", Refused(weights.Where(w => w.Key != "conv1.weight")));
        Assert.Contains(
            "'bn1.bias' contains values that are not finite",
            Refused(new Dictionary<string, Tensor>(weights) { ["bn1.bias"] = full([4], float.NaN) }));
        Assert.Contains("it holds 1 tensors, such as 'a', and no ResNet", Refused([KeyValuePair.Create("a", ones(2))]));
        Assert.Contains("a vision transformer", Refused([KeyValuePair.Create("blocks.0.attn.qkv.weight", ones(2))]));
    }

    [Theory]
    [InlineData("conv1.weight", true)]
    [InlineData("layer1.0.conv1.weight", true)]   // identifies a ResNet
    [InlineData("layer2.1.bn1.running_var", true)]
    [InlineData("queue", false)]
    public void A_weight_of_a_type_that_is_not_read_is_named_with_its_type(string name, bool needed)
    {
        using ResNet source = Source("resnet18 small");
        string file = folder.PathOf("weights.safetensors");
        SafetensorsFile.Write(file, [.. Weights(source)
            .Append(KeyValuePair.Create("queue", ones(2)))
            .Select(w => KeyValuePair.Create("net." + w.Key, w.Value))]);
        string typed = $"\"net.{name}\":{{\"dtype\":\"";
        byte[] bytes = File.ReadAllBytes(file);
        // F32 becomes U32
        bytes[bytes.AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes(typed)) + typed.Length] = (byte)'U';
        File.WriteAllBytes(file, bytes);

        string? message = Record.Exception(() => ImportedEncoder.Read(file, Plain).Dispose())?.Message;

        Assert.Equal(needed, message?.StartsWith(
            $"{file}: 'net.{name}' has type U32, which is not supported; expected", StringComparison.Ordinal) ?? false);
    }

    [Fact]
    public void Settings_that_weights_do_not_state_must_be_given_or_are_reported()
    {
        using ResNet source = Source("resnet18 small");
        string file = Write(Weights(source));

        Assert.Contains(
            "ImportOptions.Normalize is missing",
            Assert.Throws<ConfigurationException>(() => ImportedEncoder.Read(file, new ImportOptions())).Message);
        using ImportedEncoder imported = ImportedEncoder.Read(
            file, new ImportOptions { Normalize = Normalization.ImageNet });
        Assert.Equal(new ViewOptions { Size = 32, Normalize = Normalization.ImageNet }, imported.Encoder.Views);
        Assert.Equal(3, imported.Assumed.Count);
        Assert.Contains("size 32", imported.Assumed[0]);
        Assert.Contains("padding 2", imported.Assumed[2]);
        ConfigurationException error = Assert.Throws<ConfigurationException>(
            () => ImportedEncoder.Read(file, Plain with { Encoder = "resnet50" }));
        Assert.Contains("ImportOptions.Encoder: got resnet50", error.Message);
        Assert.Throws<ConfigurationException>(() => ImportedEncoder.Read(file, Plain with { Width = 1 }));
        Assert.Throws<ConfigurationException>(
            () => ImportedEncoder.Read(file, Plain with { Stem = EncoderStem.ImageNet }));
    }

    [Theory]
    [InlineData("encoder.pth")]
    [InlineData("encoder.safetensors")]
    public void A_file_of_SimClr_states_all_settings_itself(string name)
    {
        using ResNet source = Source("resnet18 small");
        var views = new ViewOptions { Size = 20, Normalize = Normalization.ImageNet };
        new TrainedEncoder(source, new EncoderOptions { Name = "resnet18", Width = 1.0 / 16 }, views)
            .Save(folder.PathOf(name));

        using TrainedEncoder loaded = TrainedEncoder.Load(folder.PathOf(name));
        Assert.Equal(views, loaded.Views);
        Assert.Equal(0, Compute(source).sub(Compute(loaded.Module)).abs().max().item<float>(), 1e-5);
        using ImportedEncoder imported = ImportedEncoder.Read(folder.PathOf(name), new ImportOptions());
        Assert.Equal(views, imported.Encoder.Views);
        Assert.Throws<ConfigurationException>(
            () => ImportedEncoder.Read(folder.PathOf(name), new ImportOptions { Normalize = Normalization.None }));
    }

    [Fact]
    public void Foreign_weights_are_not_an_encoder_until_they_are_imported()
    {
        using ResNet source = Source("resnet18 imagenet");
        string file = Write(Weights(source));

        Assert.Contains(
            $"ImportedEncoder.Read({file})", Assert.Throws<DataException>(() => TrainedEncoder.Load(file)).Message);
    }

    private static ResNet Source(string kind, long seed = 1)
    {
        string[] words = kind.Split(' ');
        ResNet encoder = EncoderCatalog.Create(
            new EncoderOptions { Name = words[0], Width = 1.0 / 16, Stem = EnumText.Parse<EncoderStem>(words[1]) },
            32,
            seed);
        using var _ = no_grad();
        using var generator = new Generator((ulong)seed);
        foreach ((string name, Tensor value) in ModuleState.Enumerate(encoder).Where(w => w.Value.dim() == 1))
        {
            // Statistics and scales as after training: none is 0 or 1, so that a missing one shows.
            value.copy_(rand(value.shape, generator: generator).mul(0.5).add(
                name.EndsWith("mean", StringComparison.Ordinal) || name.EndsWith("bias", StringComparison.Ordinal)
                    ? -0.25
                    : 0.5));
        }

        encoder.eval();
        return encoder;
    }

    private static IEnumerable<KeyValuePair<string, Tensor>> Weights(ResNet encoder) => ModuleState.Enumerate(encoder);

    private static Tensor Compute(nn.Module<Tensor, Tensor> encoder)
    {
        using var _ = no_grad();
        return encoder.forward(
            arange(2 * 3 * 32 * 32, dtype: ScalarType.Float32).mul(0.11).sin().reshape(2, 3, 32, 32));
    }

    private static void AssertSame(ResNet source, ImportedEncoder imported, string kind)
    {
        TrainedEncoder encoder = imported.Encoder;
        Assert.Equal(kind, $"{encoder.Options.Name} {encoder.Options.Stem.Text()}");
        Assert.Equal(1.0 / 16, encoder.Options.Width);
        Tensor expected = Compute(source);
        Assert.True(expected.std().item<float>() > 1e-3);
        Assert.True(Compute(encoder.Module).sub(expected).abs().max().item<float>() <= 1e-5
            * expected.abs().max().item<float>());
    }

    private static string SimClr2(string name)
    {
        string[] parts = name.Split('.');
        if (parts[0] is "conv1" or "bn1")
        {
            return $"net.0.{(parts[0] == "conv1" ? "0" : "1.0")}.{parts[1]}";
        }

        string inner = string.Join('.', parts[2..^1]) switch
        {
            "conv1" => "net.0",
            "bn1" => "net.1.0",
            "conv2" => "net.2",
            "bn2" => "net.3.0",
            "conv3" => "net.4",
            "bn3" => "net.5.0",
            "downsample.0" => "projection.shortcut",
            _ => "projection.bn.0",
        };
        return $"net.{parts[0][^1]}.blocks.{parts[1]}.{inner}.{parts[^1]}";
    }

    private ImportedEncoder Import(IEnumerable<KeyValuePair<string, Tensor>> weights)
        => ImportedEncoder.Read(Write(weights), Plain);

    private string Refused(IEnumerable<KeyValuePair<string, Tensor>> weights)
    {
        string file = Write(weights);
        string message = Assert.Throws<DataException>(() => ImportedEncoder.Read(file, Plain)).Message;
        Assert.Contains(file, message);
        return message;
    }

    private string Write(IEnumerable<KeyValuePair<string, Tensor>> weights)
    {
        string file = folder.PathOf("weights.pt");
        PthFile.Write(file, [.. weights]);
        return file;
    }
}

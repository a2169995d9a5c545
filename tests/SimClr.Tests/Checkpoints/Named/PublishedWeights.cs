using SimClr.Checkpoints;
using SimClr.Encoders;
using static TorchSharp.torch;

namespace SimClr.Tests.Checkpoints;

/// <summary>
/// Files in the layout of each checkpoint of the catalog, as its repository writes and reads it, around a narrow
/// network with random weights.
/// </summary>
internal static class PublishedWeights
{
    /// <summary>What is in a file beside the network: name → shape. Names begin as in the file.</summary>
    private static readonly Dictionary<string, (string Prefix, (string Name, long[] Shape)[] Others)> Layouts = new()
    {
        ["torchvision-resnet18"] = ("", [("fc.weight", [10, 32]), ("fc.bias", [10])]),
        ["torchvision-resnet34"] = ("", [("fc.weight", [10, 32]), ("fc.bias", [10])]),
        ["torchvision-resnet50"] = ("", [("fc.weight", [10, 128]), ("fc.bias", [10])]),
        ["torchvision-resnet50-v2"] = ("", [("fc.weight", [10, 128]), ("fc.bias", [10])]),
        ["simclr-resnet50"] = (
            "state_dict.backbone.",
            [
                ("state_dict.data_preprocessor.mean", [3, 1, 1]),
                ("state_dict.neck.fc0.weight", [16, 128]), ("state_dict.neck.bn0.weight", [16]),
                ("state_dict.neck.fc1.weight", [8, 16]),
            ]),
        ["moco-v2-resnet50"] = (
            "state_dict.module.encoder_q.",
            [
                ("state_dict.module.encoder_q.fc.0.weight", [16, 128]),
                ("state_dict.module.encoder_q.fc.2.weight", [8, 16]),
                ("state_dict.module.encoder_k.fc.0.weight", [16, 128]),
                ("state_dict.module.queue", [8, 20]), ("state_dict.module.queue_ptr", [1]),
            ]),
        ["swav-resnet50"] = (
            "module.",
            [
                ("module.projection_head.0.weight", [16, 128]), ("module.projection_head.1.running_mean", [16]),
                ("module.projection_head.3.weight", [8, 16]), ("module.prototypes.weight", [30, 8]),
            ]),
        ["dino-resnet50"] = ("", []),
        ["vicreg-resnet50"] = ("", []),
        ["barlow-twins-resnet50"] = ("", []),
    };

    /// <summary>Creates a narrow network of an entry's architecture, with statistics as after training.</summary>
    public static ResNet Network(NamedWeights weights, long seed = 1)
    {
        ResNet network = EncoderCatalog.Create(
            new EncoderOptions { Name = weights.Encoder, Width = 1.0 / 16, Stem = EncoderStem.ImageNet }, 224, seed);
        using var _ = no_grad();
        using var generator = new Generator((ulong)seed);
        foreach ((string name, Tensor value) in ModuleState.Enumerate(network).Where(w => w.Value.dim() == 1))
        {
            using Tensor random = rand(value.shape, generator: generator);
            value.copy_(random.mul(0.5).add(
                name.EndsWith("mean", StringComparison.Ordinal) || name.EndsWith("bias", StringComparison.Ordinal)
                    ? -0.25
                    : 0.5));
        }

        network.eval();
        return network;
    }

    /// <summary>Returns the bytes of a checkpoint of an entry.</summary>
    public static byte[] Bytes(NamedWeights weights, ResNet network)
    {
        using var scope = NewDisposeScope();
        (string prefix, (string Name, long[] Shape)[] others) = Layouts[weights.Name];
        List<KeyValuePair<string, Tensor>> tensors =
        [
            .. ModuleState.Enumerate(network).Select(w => KeyValuePair.Create(prefix + w.Key, w.Value)),
            .. others.Select(other => KeyValuePair.Create(other.Name, ones(other.Shape))),
        ];
        if (prefix.Contains("encoder_q", StringComparison.Ordinal))
        {
            string follower = prefix.Replace("encoder_q", "encoder_k", StringComparison.Ordinal);
            tensors.AddRange(ModuleState.Enumerate(network).Select(
                w => KeyValuePair.Create(follower + w.Key, w.Value.clone().mul(0).to(w.Value.dtype))));
        }

        string file = Path.GetTempFileName();
        try
        {
            PthFile.Write(file, tensors);
            return File.ReadAllBytes(file);
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>Returns what a network makes of two fixed images.</summary>
    public static Tensor Compute(nn.Module<Tensor, Tensor> network)
    {
        using var _ = no_grad();
        return network.forward(
            arange(2 * 3 * 64 * 64, dtype: ScalarType.Float32).mul(0.11).sin().reshape(2, 3, 64, 64));
    }
}

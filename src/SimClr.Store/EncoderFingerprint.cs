using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using SimClr.Checkpoints;
using SimClr.Inference;
using SimClr.Internals;
using static TorchSharp.torch;

namespace SimClr.Store;

/// <summary>Tells encoders apart: equal only where the same images get the same vectors.</summary>
public static class EncoderFingerprint
{
    /// <summary>The first 16 hex digits of a SHA-256 over names, shapes and weights, and what the input must look like.</summary>
    public static string Of(TrainedEncoder encoder)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, $"{encoder.Views.Size} {JsonSerializer.Serialize(encoder.Views.Normalize, Json.Compact)} {encoder.Views.Interpolation}");
        foreach ((string name, Tensor value) in ModuleState.Of(encoder.Module))
        {
            using Tensor plain = value.detach().cpu().contiguous();
            Append(hash, $"{name} [{string.Join(' ', plain.shape)}]");
            hash.AppendData(plain.bytes);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
    }

    /// <summary>Numbers of a representation.</summary>
    internal static int DimensionOf(TrainedEncoder encoder)
    {
        using var network = new InferenceNetwork(encoder.Module, head: null);
        using Tensor image = zeros([1, 3, encoder.Views.Size, encoder.Views.Size], device: device(network.Device));
        return network.Compute(image).Length;
    }

    private static void Append(IncrementalHash hash, string text) => hash.AppendData(Encoding.UTF8.GetBytes(text + "\n"));
}

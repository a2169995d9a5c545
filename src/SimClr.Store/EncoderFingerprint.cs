using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using SimClr.Checkpoints;
using SimClr.Internals;
using static TorchSharp.torch;

namespace SimClr.Store;

/// <summary>A fingerprint of an encoder: equal only if the same images get the same vectors.</summary>
public static class EncoderFingerprint
{
    /// <summary>
    /// Returns the first 16 hex digits of a SHA-256 over the names, shapes and weights, and the input requirements.
    /// </summary>
    public static string Compute(TrainedEncoder encoder)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(
            hash,
            $"{encoder.Views.Size} {JsonSerializer.Serialize(encoder.Views.Normalize, Json.Compact)} "
                + $"{encoder.Views.Interpolation.Text()}");
        foreach ((string name, Tensor value) in ModuleState.Enumerate(encoder.Module))
        {
            using Tensor plain = value.detach().cpu().contiguous();
            Append(hash, $"{name} [{string.Join(' ', plain.shape)}]");
            hash.AppendData(plain.bytes);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
    }

    private static void Append(IncrementalHash hash, string text)
        => hash.AppendData(Encoding.UTF8.GetBytes(text + "\n"));
}

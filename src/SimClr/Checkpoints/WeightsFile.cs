using SimClr.Internals;

namespace SimClr.Checkpoints;

/// <summary>
/// A reader of weights files that recognizes the format by the first bytes, regardless of the file name.
/// </summary>
internal static class WeightsFile
{
    private const byte PickleProtocol = 0x80;
    private const int SafetensorsPrefix = 8;
    private const int TarMagicAt = 257;

    /// <exception cref="DataException">The file is missing, damaged, or of an unknown format.</exception>
    public static IWeightsFile Read(string path)
    {
        byte[] first = Head(path);
        return IsSafetensors(first) || path.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase)
            ? SafetensorsFile.Read(path)
            : first.AsSpan().StartsWith("PK"u8) || (first.Length > 0 && first[0] == PickleProtocol) ? PthFile.Read(path)
            : first.Length == 0 ? throw Unknown(path, "the file is empty")
            : first.AsSpan().StartsWith("\x89HDF"u8) ? throw Unknown(path, "this is an HDF5 file, as Keras writes them")
            : first.Length > TarMagicAt && first.AsSpan(TarMagicAt).StartsWith("ustar"u8)
                ? throw Unknown(
                    path,
                    "this is a tar file, PyTorch's format before version 0.2; load and save it once in a later PyTorch")
            : throw Unknown(path, "this is not a weights file, or only part of one");
    }

    // The header length is below 2^56, so that its last byte is 0, and the header is JSON.
    private static bool IsSafetensors(byte[] first)
        => first.Length > SafetensorsPrefix && first[SafetensorsPrefix - 1] == 0 && first[SafetensorsPrefix] == '{';

    private static byte[] Head(string path)
    {
        try
        {
            using FileStream stream = RegularFile.OpenRead(path);
            byte[] first = new byte[TarMagicAt + 5];
            return first[..stream.ReadAtLeast(first, first.Length, throwOnEndOfStream: false)];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            string reason = Directory.Exists(path) ? "it is a folder"
                : File.Exists(path) ? error.Message
                : "there is no such file";
            throw new DataException($"{path}: it cannot be read ({reason}); expected a weights file", error);
        }
    }

    private static DataException Unknown(string path, string what)
        => new($"{path}: {what}; expected a safetensors file, or a PyTorch checkpoint (.pth, .pt, .ckpt)");
}

using SimClr.Encoders;

namespace SimClr.Onnx;

/// <summary>The error for encoders whose computation is not known.</summary>
internal static class CustomEncoder
{
    public static ConfigurationException Rejection(string where, string module, Exception? inner = null) => new(
        $"{where} an encoder of your own ({module}); only the catalog's can be exported: {string.Join(", ", EncoderCatalog.Names)}",
        inner);
}

using SimClr.Encoders;

namespace SimClr.Onnx;

/// <summary>The error for custom encoders, whose computation is unknown.</summary>
internal static class CustomEncoder
{
    public static ConfigurationException Rejection(string where, string module, Exception? inner = null) => new(
        $"{where} a custom encoder ({module}); only encoders of the catalog can be exported: "
            + $"{string.Join(", ", EncoderCatalog.Names)}",
        inner);
}

namespace SimClr.Onnx;

/// <summary>The values of <see cref="OnnxExportOptions.Input"/>.</summary>
internal static class InputKind
{
    public const string Tensor = "tensor";
    public const string Pixels = "pixels";
    public const string Images = "images";

    public static IReadOnlyList<string> Names { get; } = [Tensor, Pixels, Images];
}

namespace SimClr.Onnx;

/// <summary>The result of an export.</summary>
/// <param name="MaxDifference">
/// The maximum difference between ONNX Runtime and the encoder on random images, relative to the maximum magnitude if
/// that is above 1. At most 1e-4. Null if the check was off.
/// </param>
/// <param name="MaxMagnitude">
/// The maximum magnitude in the embeddings of these images. Null if the check was off.
/// </param>
/// <param name="Opset">The ONNX opset version that a runtime must support.</param>
/// <param name="Input">The name, type and shape of the input.</param>
/// <param name="Output">The name, type and shape of the output.</param>
/// <param name="Dimension">The number of values per embedding.</param>
/// <param name="Bytes">The size of the model, in bytes.</param>
public sealed record OnnxExportResult(
    double? MaxDifference, double? MaxMagnitude, int Opset, string Input, string Output, int Dimension, long Bytes)
{
    /// <summary>The names of all outputs. The embedding is the first.</summary>
    public IReadOnlyList<string> Outputs { get; init; } = [];

    /// <summary>The number of classes; 0 for an encoder.</summary>
    public int Classes { get; init; }
}

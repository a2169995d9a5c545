namespace SimClr.Onnx;

/// <summary>What was exported.</summary>
/// <param name="MaxDifference">
/// Largest difference between ONNX Runtime and the encoder on random images, as a share of the largest value where that
/// is above 1; at most 1e-4. Null where it was not checked.
/// </param>
/// <param name="MaxMagnitude">Largest magnitude in the embeddings of these images; null where it was not checked.</param>
/// <param name="Opset">Version of ONNX's operators that a runtime must know.</param>
/// <param name="Input">Name, type and shape of the input.</param>
/// <param name="Output">Name, type and shape of the output.</param>
/// <param name="Dimension">Numbers per embedding.</param>
/// <param name="Bytes">Size of the model.</param>
public sealed record OnnxExportResult(
    double? MaxDifference, double? MaxMagnitude, int Opset, string Input, string Output, int Dimension, long Bytes);

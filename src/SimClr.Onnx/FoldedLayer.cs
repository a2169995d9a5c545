namespace SimClr.Onnx;

/// <summary>A layer with its batch norm folded in.</summary>
/// <param name="Weight">[outputs, inputs] or [outputs, inputs, kernel, kernel], row by row.</param>
/// <param name="Shape">The shape of the weight.</param>
/// <param name="Bias">[outputs].</param>
internal sealed record FoldedLayer(float[] Weight, long[] Shape, float[] Bias);

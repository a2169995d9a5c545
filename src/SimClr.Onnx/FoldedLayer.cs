namespace SimClr.Onnx;

/// <summary>A layer with its batch norm in it.</summary>
/// <param name="Weight">[outputs, inputs] or [outputs, inputs, kernel, kernel], row by row.</param>
/// <param name="Shape">The weight's.</param>
/// <param name="Bias">[outputs].</param>
internal sealed record FoldedLayer(float[] Weight, long[] Shape, float[] Bias);

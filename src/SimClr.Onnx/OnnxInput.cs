namespace SimClr.Onnx;

/// <summary>The input of an exported model. All images of a batch have the same size.</summary>
public enum OnnxInput
{
    /// <summary>float32 [batch, 3, size, size], resized, cropped and normalized as in evaluation.</summary>
    Tensor,

    /// <summary>uint8 [batch, size, size, 3], resized and cropped; the model normalizes.</summary>
    Pixels,

    /// <summary>uint8 [batch, height, width, 3] of any size; the model resizes, crops and normalizes.</summary>
    Images,
}

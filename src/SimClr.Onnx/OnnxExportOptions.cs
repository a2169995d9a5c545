namespace SimClr.Onnx;

/// <summary>Options for the input and output of an exported model.</summary>
public sealed record OnnxExportOptions
{
    /// <summary>The input of the model. Default: <see cref="OnnxInput.Tensor"/>.</summary>
    public OnnxInput Input { get; init; } = OnnxInput.Tensor;

    /// <summary>
    /// Whether each row of the output is divided by its Euclidean length. Zero rows are unchanged. Default: false.
    /// </summary>
    public bool Normalize { get; init; }

    /// <summary>
    /// Whether the model is run in ONNX Runtime on random inputs, and written only if the results match the encoder's.
    /// Set to false on machines without the native library of ONNX Runtime. Default: true.
    /// </summary>
    public bool Check { get; init; } = true;

    /// <summary>Additional entries of the model's metadata, such as the origin of the encoder. Default: null.</summary>
    public IReadOnlyDictionary<string, string>? Provenance { get; init; }
}

namespace SimClr.Onnx;

/// <summary>What the exported model takes and gives.</summary>
public sealed record OnnxExportOptions
{
    /// <summary>The input of the model. Default: <see cref="OnnxInput.Tensor"/>.</summary>
    public OnnxInput Input { get; init; } = OnnxInput.Tensor;

    /// <summary>Whether each row of the output is divided by its Euclidean length (rows of zeros stay). Default false.</summary>
    public bool Normalize { get; init; }

    /// <summary>
    /// Whether ONNX Runtime computes the model on random inputs, and the file is written only where it agrees with the
    /// encoder. Default true; false for machines without its native library.
    /// </summary>
    public bool Check { get; init; } = true;

    /// <summary>Further entries of the model's metadata: where the encoder comes from. Default null.</summary>
    public IReadOnlyDictionary<string, string>? Provenance { get; init; }
}

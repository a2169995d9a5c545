using Microsoft.ML.OnnxRuntime;

namespace SimClr.OnnxRuntime;

/// <summary>The options for loading a model.</summary>
public sealed record OnnxImageModelOptions
{
    /// <summary>
    /// The maximum image size in megapixels. A larger image is rejected before its pixels are allocated. The model
    /// resizes the image itself, in about 20 bytes per pixel. Default: 100.
    /// </summary>
    public double DecodeLimitMegapixels
    {
        get;
        init => field = value > 0 && double.IsFinite(value) ? value : throw new ArgumentOutOfRangeException(
            nameof(DecodeLimitMegapixels), $"got {value}, expected a number above 0");
    } = 100;

    /// <summary>
    /// Changes ONNX Runtime's session options before the model is loaded: the execution provider
    /// (<c>session =&gt; session.AppendExecutionProvider_CUDA()</c>, DirectML, CoreML, …; those other than CoreML need
    /// another package of ONNX Runtime), threads, logging. Without a provider, the model runs on the CPU, on all cores.
    /// Default: null.
    /// </summary>
    public Action<SessionOptions>? ConfigureSession { get; init; }
}

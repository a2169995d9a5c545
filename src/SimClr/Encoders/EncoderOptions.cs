using SimClr.Internals;

namespace SimClr.Encoders;

/// <summary>The encoder f: section <c>encoder</c> of the configuration.</summary>
public sealed record EncoderOptions
{
    /// <summary>
    /// <c>resnet18</c>, <c>resnet34</c>, <c>resnet50</c>, <c>resnet101</c>, <c>resnet152</c> or <c>resnet200</c>.
    /// Default: <c>resnet50</c>.
    /// </summary>
    public string Name { get; init => field = Require.OneOf(value, EncoderCatalog.Names); } = "resnet50";

    /// <summary>
    /// Multiplier of the channels of every layer, 1/16 to 16, such as 2, 4, or 0.25 for small machines. Default: 1.
    /// </summary>
    public double Width { get; init => field = Require.Between(value, 1.0 / 16, 16); } = 1;

    /// <summary>
    /// <c>auto</c> (small for views of up to 64 pixels), <c>small</c> (3×3, stride 1, no pooling; paper B.9) or
    /// <c>imagenet</c>. Default: <c>auto</c>.
    /// </summary>
    public EncoderStem Stem { get; init => field = Require.Defined(value); } = EncoderStem.Auto;

    /// <summary>
    /// The initial weights: a safetensors or PyTorch file with torchvision's names, a run directory, a folder in
    /// Hugging Face's layout, or <c>weights:NAME</c>; null for random weights. Default: null.
    /// </summary>
    public string? Weights { get; init; }
}

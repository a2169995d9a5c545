using SimClr.Internals;

namespace SimClr.Encoders;

/// <summary>Which encoder f is built: section <c>encoder</c> of the configuration.</summary>
public sealed record EncoderOptions
{
    /// <summary><c>resnet18</c>, <c>resnet34</c>, <c>resnet50</c> (default), <c>resnet101</c>, <c>resnet152</c> or <c>resnet200</c>.</summary>
    public string Name { get; init => field = Require.OneOf(value, EncoderCatalog.Names); } = "resnet50";

    /// <summary>Multiplies the channels of every layer: 1 (default), 2, 4, or a fraction such as 0.25 for small machines.</summary>
    public double Width { get; init => field = Require.Between(value, 1.0 / 16, 16); } = 1;

    /// <summary><c>auto</c> (default: small up to views of 64 pixels), <c>small</c> (3×3, stride 1, no pooling; paper B.9) or <c>imagenet</c>.</summary>
    public EncoderStem Stem { get; init => field = Require.Defined(value); } = EncoderStem.Auto;

    /// <summary>A safetensors file with weights to start from, in torchvision's names, or null for random ones.</summary>
    public string? Weights { get; init; }
}

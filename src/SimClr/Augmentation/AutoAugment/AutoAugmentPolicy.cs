using System.Text.Json.Serialization;
using SimClr.Internals;

namespace SimClr.Augmentation;

/// <summary>
/// A policy of AutoAugment (Cubuk et al. 2019), found on one data set. In files and options: <c>imagenet</c>,
/// <c>cifar10</c>.
/// </summary>
[JsonConverter(typeof(EnumTextConverter<AutoAugmentPolicy>))]
public enum AutoAugmentPolicy
{
    /// <summary>The policy for ImageNet.</summary>
    ImageNet,

    /// <summary>The policy for CIFAR-10.</summary>
    Cifar10,
}

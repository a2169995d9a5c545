using SimClr.Internals;

namespace SimClr.Losses;

/// <summary>The contrastive loss: section <c>loss</c> of the configuration.</summary>
public sealed record LossOptions
{
    /// <summary><c>nt-xent</c> (default).</summary>
    public string Name { get; init => field = Require.OneOf(value, ["nt-xent"]); } = "nt-xent";

    /// <summary>The temperature τ: the paper's best is 0.1 (default) on ImageNet and 0.5 on CIFAR-10.</summary>
    public double Temperature { get; init => field = Require.Positive(value); } = 0.1;
}

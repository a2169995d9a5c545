using SimClr.Augmentation;
using SimClr.Losses;
using SimClr.Optimizers;
using static TorchSharp.torch;

namespace SimClr.Training;

/// <summary>The user's own parts of a run, which replace configured ones. Null stands for the configured part.</summary>
internal sealed record CustomParts
{
    /// <summary>No part is the user's own.</summary>
    public static CustomParts None { get; } = new();

    /// <summary>An encoder, [N, 3, S, S] → [N, r].</summary>
    public nn.Module<Tensor, Tensor>? Encoder { get; init; }

    /// <summary>A projection head, [N, r] → [N, d].</summary>
    public nn.Module<Tensor, Tensor>? Head { get; init; }

    /// <summary>A loss.</summary>
    public IContrastiveLoss? Loss { get; init; }

    /// <summary>Creates the optimizer of the model's parameters.</summary>
    public Func<IReadOnlyList<TrainedParameter>, Optimizer>? Optimizer { get; init; }

    /// <summary>A random step of the views, after the configured ones.</summary>
    public IAugmentation? Augmentation { get; init; }

    /// <summary>The name of a part in <c>run.json</c>: its type.</summary>
    public static string? NameOf(object? part) => part?.GetType().FullName;
}

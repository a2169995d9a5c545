using SimClr.Augmentation;
using SimClr.Losses;
using SimClr.Optimizers;
using static TorchSharp.torch;

namespace SimClr.Training;

/// <summary>
/// The custom parts of a run, which replace the configured ones. Null stands for the configured part.
/// </summary>
internal sealed record CustomParts
{
    /// <summary>No custom parts.</summary>
    public static CustomParts None { get; } = new();

    /// <summary>The encoder, [N, 3, S, S] → [N, r].</summary>
    public nn.Module<Tensor, Tensor>? Encoder { get; init; }

    /// <summary>The projection head, [N, r] → [N, d].</summary>
    public nn.Module<Tensor, Tensor>? Head { get; init; }

    /// <summary>The loss.</summary>
    public IContrastiveLoss? Loss { get; init; }

    /// <summary>The factory of the optimizer for the model's parameters.</summary>
    public Func<IReadOnlyList<TrainedParameter>, Optimizer>? Optimizer { get; init; }

    /// <summary>The random transformation of each view, applied after the configured ones.</summary>
    public IAugmentation? Augmentation { get; init; }

    /// <summary>Returns the name of a part in <c>run.json</c>, which is its type.</summary>
    public static string? NameOf(object? part) => part?.GetType().FullName;
}

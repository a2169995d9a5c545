using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SimClr.Heads;

/// <summary>
/// The layer that linear evaluation trains on h: logits = W·h + b. W and b start at zero (paper's code), so that its
/// initialization is not random.
/// </summary>
public sealed class LinearClassifier : nn.Module<Tensor, Tensor>
{
    private readonly Linear layer;

    /// <summary>Builds the zero-initialized layer.</summary>
    /// <param name="inputs">Width of h.</param>
    /// <param name="classes">The number of classes.</param>
    public LinearClassifier(int inputs, int classes)
        : base(nameof(LinearClassifier))
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(inputs);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(classes);
        layer = nn.Linear(inputs, classes, device: CPU);
        nn.init.zeros_(layer.weight!);
        nn.init.zeros_(layer.bias!);
        Classes = classes;
        RegisterComponents();
    }

    /// <summary>The number of classes.</summary>
    public int Classes { get; }

    /// <summary>h: [N, inputs] → logits [N, classes].</summary>
    public override Tensor forward(Tensor input) => layer.forward(input);
}

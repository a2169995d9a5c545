using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SimClr.Optimizers;

/// <summary>One trainable tensor and whether decay and adaptation leave it out.</summary>
/// <param name="Name">Its name in the state dict.</param>
/// <param name="Value">The parameter.</param>
/// <param name="Excluded">True for biases and batch-norm scales and shifts (paper B.1: "excluded from weight decay and adaptation").</param>
public sealed record TrainedParameter(string Name, Parameter Value, bool Excluded);

/// <summary>Sorts a module's parameters for the optimizer.</summary>
public static class ParameterGroups
{
    /// <summary>
    /// The module's trainable parameters. Those with fewer than two dimensions are excluded from decay and adaptation:
    /// they are exactly the biases and the batch-norm parameters.
    /// </summary>
    public static IReadOnlyList<TrainedParameter> Of(nn.Module module)
    {
        ArgumentNullException.ThrowIfNull(module);
        return [.. module.named_parameters()
            .Where(p => p.parameter.requires_grad)
            .Select(p => new TrainedParameter(p.name, p.parameter, p.parameter.dim() < 2))];
    }
}

using SimClr.Internals;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SimClr.Optimizers;

/// <summary>One trainable tensor, and whether it is excluded from decay and adaptation.</summary>
/// <param name="Name">The name in the state dict.</param>
/// <param name="Value">The parameter.</param>
/// <param name="Excluded">
/// Whether the parameter is excluded: true for biases and batch-norm scales and shifts (paper B.1: "excluded from
/// weight decay and adaptation") and, under LARS, for weights that start at zero (<see cref="OptimizerCatalog"/>).
/// </param>
public sealed record TrainedParameter(string Name, Parameter Value, bool Excluded);

/// <summary>Prepares a module's parameters for the optimizer.</summary>
public static class ParameterGroups
{
    /// <summary>
    /// Returns the module's trainable parameters. Those with fewer than two dimensions, which are exactly the biases
    /// and the batch-norm parameters, are excluded from decay and adaptation.
    /// </summary>
    public static IReadOnlyList<TrainedParameter> FromModule(nn.Module module)
    {
        ArgumentNullException.ThrowIfNull(module);
        return [.. module.named_parameters()
            .Where(p => p.parameter.requires_grad)
            .Select(p => new TrainedParameter(p.name, p.parameter, HasVectorShape(p.parameter)))];
    }

    /// <summary>Also excludes weights that are zero everywhere.</summary>
    internal static IReadOnlyList<TrainedParameter> ExcludeZeros(IReadOnlyList<TrainedParameter> parameters)
        => [.. parameters.Select(p => p with { Excluded = p.Excluded || IsZero(p.Value) })];

    /// <summary>Also excludes the weights with these names.</summary>
    internal static IReadOnlyList<TrainedParameter> Exclude(
        IReadOnlyList<TrainedParameter> parameters, IReadOnlyCollection<string> names)
        => [.. parameters.Select(p => p with { Excluded = p.Excluded || names.Contains(p.Name) })];

    /// <summary>
    /// Returns the names of excluded weights, that is, of excluded parameters other than biases and batch-norm
    /// parameters.
    /// </summary>
    internal static string[] ExcludedWeights(IReadOnlyList<TrainedParameter> parameters)
        => [.. parameters.Where(p => p.Excluded && !HasVectorShape(p.Value)).Select(p => p.Name)];

    private static bool HasVectorShape(Tensor parameter) => parameter.dim() < 2;

    private static bool IsZero(Tensor parameter)
    {
        using var scope = NewDisposeScope();
        return !parameter.detach().ne(RootedScalars.Zero).any().item<bool>();
    }
}

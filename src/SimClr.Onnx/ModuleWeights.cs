using SimClr.Checkpoints;
using static TorchSharp.torch;

namespace SimClr.Onnx;

/// <summary>
/// The weights of a module by name. Each can be taken once, so that unexported weights remain at the end.
/// </summary>
internal sealed class ModuleWeights(nn.Module module)
{
    // PyTorch's default, which all batch norms here use.
    private const double Epsilon = 1e-5;

    private readonly Dictionary<string, Tensor> left = ModuleState.Enumerate(module).ToDictionary();

    public bool Has(string name) => left.ContainsKey(name);

    /// <summary>
    /// Combines a convolution or linear layer, its bias and the following batch norm into one equivalent layer: weight
    /// · γ/√(σ² + ε), and (bias − μ) · γ/√(σ² + ε) + β, computed in double precision.
    /// </summary>
    /// <param name="layer">The name of the layer.</param>
    /// <param name="norm">The name of the batch norm, or null if there is none.</param>
    public FoldedLayer Fold(string layer, string? norm)
    {
        Tensor kernel = Take($"{layer}.weight");
        float[] weight = Floats(kernel);
        int outputs = (int)kernel.shape[0];
        float[] bias = Has($"{layer}.bias") ? Floats(Take($"{layer}.bias")) : new float[outputs];
        if (norm is not null)
        {
            Fold(weight, bias, norm);
        }

        return new FoldedLayer(weight, kernel.shape, bias);
    }

    /// <summary>Checks that every weight was exported.</summary>
    /// <exception cref="NotSupportedException">Some weights were not exported.</exception>
    public void RequireAllUsed()
    {
        // The counter of batches plays no part in inference.
        string[] rest = [.. left.Keys.Where(name => !name.EndsWith(".num_batches_tracked", StringComparison.Ordinal))];
        if (rest.Length > 0)
        {
            throw new NotSupportedException(
                $"the exporter does not support these weights: {string.Join(", ", rest.Take(3))}");
        }
    }

    private void Fold(float[] weight, float[] bias, string norm)
    {
        float[] gamma = Floats(Take($"{norm}.weight"));
        float[] beta = Floats(Take($"{norm}.bias"));
        float[] mean = Floats(Take($"{norm}.running_mean"));
        float[] variance = Floats(Take($"{norm}.running_var"));
        int each = weight.Length / bias.Length;
        for (int output = 0; output < bias.Length; output++)
        {
            double scale = gamma[output] / Math.Sqrt(variance[output] + Epsilon);
            bias[output] = (float)(((bias[output] - mean[output]) * scale) + beta[output]);
            foreach (ref float value in weight.AsSpan(output * each, each))
            {
                value = (float)(value * scale);
            }
        }
    }

    private Tensor Take(string name) => left.Remove(name, out Tensor? tensor)
        ? tensor
        : throw new NotSupportedException(
            $"the exporter expects weights named '{name}', which the encoder does not have");

    private static float[] Floats(Tensor tensor)
    {
        using var scope = NewDisposeScope();
        return tensor.detach().cpu().to_type(ScalarType.Float32).contiguous().data<float>().ToArray();
    }
}

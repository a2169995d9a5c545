using SimClr.Layers;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SimClr.Heads;

/// <summary>
/// The projection head g: z = W2·ReLU(W1·h) (paper, Section 2.1), by default with batch normalization after each layer,
/// without a shift after the last one, and without linear biases (the paper's first code). Kind <c>none</c> returns h
/// unchanged.
/// </summary>
public sealed class ProjectionHead : nn.Module<Tensor, Tensor>
{
    private readonly Sequential layers;

    /// <summary>Builds a head with fresh random weights.</summary>
    /// <param name="options">Kind and widths.</param>
    /// <param name="representationSize">Width of h.</param>
    /// <param name="seed">The seed of the weights. Default: 0.</param>
    public ProjectionHead(HeadOptions options, int representationSize, long seed = 0)
        : base(nameof(ProjectionHead))
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(representationSize);
        Options = options;
        int hidden = options.Hidden > 0 ? options.Hidden : representationSize;
        int[] widths = options.Kind switch
        {
            HeadKind.None => [representationSize],
            HeadKind.Linear => [representationSize, options.Output],
            _ => [representationSize, .. Enumerable.Repeat(hidden, options.Layers - 1), options.Output],
        };

        ProjectionSize = widths[^1];
        var modules = new List<(string, nn.Module<Tensor, Tensor>)>();
        for (int layer = 0; layer < widths.Length - 1; layer++)
        {
            bool last = layer == widths.Length - 2;
            modules.Add(
                ($"linear{layer + 1}", Linear(widths[layer], widths[layer + 1], !options.BatchNorm, seed, layer)));
            if (options.BatchNorm)
            {
                modules.Add(($"bn{layer + 1}", Norm(widths[layer + 1], shift: !last)));
            }

            if (!last)
            {
                modules.Add(($"relu{layer + 1}", nn.ReLU()));
            }
        }

        layers = nn.Sequential([.. modules]);
        RegisterComponents();
    }

    /// <summary>Kind and widths.</summary>
    internal HeadOptions Options { get; }

    /// <summary>Width of z.</summary>
    public int ProjectionSize { get; }

    /// <summary>
    /// h: [2N, representation] → z: [2N, <see cref="ProjectionSize"/>], not normalized; the loss normalizes it.
    /// </summary>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        return (modules().Any(m => m is Linear) ? layers.forward(input) : input.alias()).MoveToOuterDisposeScope();
    }

    internal static Linear Linear(int inputs, int outputs, bool bias, long seed, int layer)
    {
        Linear linear = nn.Linear(inputs, outputs, hasBias: bias, device: CPU);
        double bound = 1 / Math.Sqrt(inputs);
        using var _ = no_grad();
        using var weight = WeightInitializer.Uniform([outputs, inputs], bound, seed, 1000 + (2 * layer));
        linear.weight.copy_(weight);
        if (linear.bias is { } shift)
        {
            using var values = WeightInitializer.Uniform([outputs], bound, seed, 1001 + (2 * layer));
            shift.copy_(values);
        }

        return linear;
    }

    internal static SyncBatchNorm Norm(int width, bool shift)
    {
        SyncBatchNorm norm = SyncBatchNorm.ForVectors(width);
        norm.bias!.requires_grad = shift;
        return norm;
    }
}

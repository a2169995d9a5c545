using SimClr.Internals;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SimClr.Heads;

/// <summary>
/// The first layers of a projection head, each including its batch norm and activation. SimCLRv2 (Chen et al. 2020,
/// Section 2.2) keeps these layers for fine-tuning. Names and shapes are those of the head.
/// </summary>
internal sealed class FirstLayers : nn.Module<Tensor, Tensor>
{
    private readonly Sequential layers;

    /// <summary>Builds the layers with fresh random weights.</summary>
    /// <param name="options">The head, of kind <c>mlp</c>.</param>
    /// <param name="representationSize">Width of h.</param>
    /// <param name="count">The number of layers, from 1 to one less than the head has.</param>
    /// <param name="seed">The seed of the weights. Default: 0.</param>
    /// <exception cref="ConfigurationException">The head has no such layers.</exception>
    public FirstLayers(HeadOptions options, int representationSize, int count, long seed = 0)
        : base(nameof(FirstLayers))
    {
        Check(options, count);
        Size = options.Hidden > 0 ? options.Hidden : representationSize;
        (Options, Count) = (options, count);
        var modules = new List<(string, nn.Module<Tensor, Tensor>)>();
        for (int layer = 0; layer < count; layer++)
        {
            int inputs = layer == 0 ? representationSize : Size;
            modules.Add(($"linear{layer + 1}", ProjectionHead.Linear(inputs, Size, !options.BatchNorm, seed, layer)));
            if (options.BatchNorm)
            {
                modules.Add(($"bn{layer + 1}", ProjectionHead.Norm(Size, shift: true)));
            }

            modules.Add(($"relu{layer + 1}", nn.ReLU()));
        }

        layers = nn.Sequential([.. modules]);
        RegisterComponents();
    }

    /// <summary>The head that the layers are part of.</summary>
    public HeadOptions Options { get; }

    /// <summary>Width of the output.</summary>
    public int Size { get; }

    /// <summary>The number of layers.</summary>
    public int Count { get; }

    /// <summary>h: [N, representation] → [N, <see cref="Size"/>].</summary>
    public override Tensor forward(Tensor input) => layers.forward(input);

    /// <summary>Checks that the head has this number of layers before its last one.</summary>
    /// <exception cref="ConfigurationException">The head has no such layers.</exception>
    public static void Check(HeadOptions options, int count)
    {
        if (options.Kind != HeadKind.Mlp)
        {
            throw new ConfigurationException(
                $"the projection head of the run is of kind '{options.Kind.Text()}', which has no layers before its "
                    + "last one; expected an mlp, such as head.kind=mlp in pre-training");
        }

        if (count < 1 || count >= options.Layers)
        {
            throw new ConfigurationException(
                $"got projection layer {count}, but the head of the run has {options.Layers} layers, the last of which "
                    + $"is the projection; expected {(options.Layers == 2 ? "1" : $"1 to {options.Layers - 1}")}");
        }
    }
}

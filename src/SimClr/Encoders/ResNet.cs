using SimClr.Layers;
using TorchSharp.Modules;
using static TorchSharp.torch;
using Convolution = SimClr.Layers.Convolution;

namespace SimClr.Encoders;

/// <summary>
/// ResNet (He et al. 2016) without its classifier. Maps a batch of images to the representation h (paper, Section 2.1).
/// Weights have torchvision's names. The last batch-norm scale of each block starts at 0.
/// </summary>
public sealed class ResNet : nn.Module<Tensor, Tensor>
{
    private readonly Convolution conv1;
    private readonly SyncBatchNorm bn1;
    private readonly Sequential layer1;
    private readonly Sequential layer2;
    private readonly Sequential layer3;
    private readonly Sequential layer4;

    internal ResNet(string name, bool bottleneck, int[] blocks, double width, bool smallStem, long seed)
        : base(name)
    {
        long Channels(int stage) => StemChannels(width) << stage;
        int expansion = bottleneck ? Bottleneck.Expansion : BasicBlock.Expansion;

        Sequential Stage(int stage)
        {
            long inputs = stage == 0 ? Channels(0) : Channels(stage - 1) * expansion;
            var layers = new List<(string, nn.Module<Tensor, Tensor>)>();
            for (int block = 0; block < blocks[stage]; block++)
            {
                long stride = stage > 0 && block == 0 ? 2 : 1;
                nn.Module<Tensor, Tensor> layer = bottleneck
                    ? new Bottleneck(inputs, Channels(stage), stride)
                    : new BasicBlock(inputs, Channels(stage), stride);
                layers.Add(($"{block}", layer));
                inputs = Channels(stage) * expansion;
            }

            return nn.Sequential([.. layers]);
        }

        SmallStem = smallStem;
        RepresentationSize = (int)(Channels(3) * expansion);
        conv1 = smallStem ? new Convolution(3, Channels(0), 3) : new Convolution(3, Channels(0), 7, 2);
        bn1 = SyncBatchNorm.ForImages(Channels(0));
        layer1 = Stage(0);
        layer2 = Stage(1);
        layer3 = Stage(2);
        layer4 = Stage(3);
        RegisterComponents();

        int index = 0;
        foreach (Convolution convolution in modules().OfType<Convolution>())
        {
            convolution.Initialize(seed, index++);
        }
    }

    /// <summary>Width of h: 512 · width for ResNet-18 and 34, 2048 · width for the deeper ones.</summary>
    public int RepresentationSize { get; }

    /// <summary>
    /// Whether the stem is the one for small images: 3×3, stride 1, padding 1, no pooling (paper B.9).
    /// </summary>
    public bool SmallStem { get; }

    /// <summary>The four stages by name, in order. They are called in a way that runs their hooks.</summary>
    internal IEnumerable<(string Name, Sequential Module)> Stages
        => [(nameof(layer1), layer1), (nameof(layer2), layer2), (nameof(layer3), layer3), (nameof(layer4), layer4)];

    /// <summary>Channels after the stem. Each later stage has twice the channels of the previous one.</summary>
    internal static long StemChannels(double width) => Math.Max(1, (long)Math.Round(64 * width));

    /// <summary>
    /// input: [N, 3, H, W], float32, float64 or bfloat16 (the precision of the convolutions) → h: [N,
    /// <see cref="RepresentationSize"/>], float32 (float64 for float64).
    /// </summary>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        Tensor x = nn.functional.relu(bn1.forward(conv1.forward(input)), inplace: true);
        if (!SmallStem)
        {
            x = nn.functional.max_pool2d(x, 3, 2, 1);
        }

        x = layer1.call(x);
        x = layer2.call(x);
        x = layer3.call(x);
        x = layer4.call(x);
        return Pool(x).MoveToOuterDisposeScope();
    }

    /// <summary>The first convolution.</summary>
    internal NormalizedConvolution Stem => new(conv1, bn1);

    /// <summary>All residual blocks, in order.</summary>
    internal IEnumerable<IResidualBlock> Blocks
        => Stages.SelectMany(stage => stage.Module.children()).Cast<IResidualBlock>();

    /// <summary>Global average pooling in full precision, because everything after the encoder uses h.</summary>
    internal static Tensor Pool(Tensor x)
        => x.mean([2, 3], type: x.dtype == ScalarType.Float64 ? ScalarType.Float64 : ScalarType.Float32);
}

using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SimClr.Encoders;

/// <summary>Two 3×3 convolutions and a shortcut (He et al. 2016), in torchvision's names.</summary>
internal sealed class BasicBlock : nn.Module<Tensor, Tensor>
{
    public const int Expansion = 1;

    private readonly Convolution conv1;
    private readonly BatchNorm2d bn1;
    private readonly Convolution conv2;
    private readonly BatchNorm2d bn2;
    private readonly Sequential? downsample;

    public BasicBlock(long inputs, long channels, long stride)
        : base(nameof(BasicBlock))
    {
        conv1 = new Convolution(inputs, channels, 3, stride);
        bn1 = nn.BatchNorm2d(channels);
        conv2 = new Convolution(channels, channels, 3);
        bn2 = nn.BatchNorm2d(channels);
        downsample = Shortcut.Create(inputs, channels, stride);
        RegisterComponents();
        nn.init.zeros_(bn2.weight);
    }

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        Tensor x = NormReLU.Apply(bn1, conv1.forward(input));
        Tensor shortcut = Shortcut.Forward(downsample, input);
        return NormReLU.Apply(bn2, conv2.forward(x), shortcut).MoveToOuterDisposeScope();
    }
}

/// <summary>
/// 1×1, 3×3 and 1×1 convolutions and a shortcut, in torchvision's names; the stride is in the 3×3 convolution, as in
/// torchvision and in the paper's code.
/// </summary>
internal sealed class Bottleneck : nn.Module<Tensor, Tensor>
{
    public const int Expansion = 4;

    private readonly Convolution conv1;
    private readonly BatchNorm2d bn1;
    private readonly Convolution conv2;
    private readonly BatchNorm2d bn2;
    private readonly Convolution conv3;
    private readonly BatchNorm2d bn3;
    private readonly Sequential? downsample;

    public Bottleneck(long inputs, long channels, long stride)
        : base(nameof(Bottleneck))
    {
        conv1 = new Convolution(inputs, channels, 1);
        bn1 = nn.BatchNorm2d(channels);
        conv2 = new Convolution(channels, channels, 3, stride);
        bn2 = nn.BatchNorm2d(channels);
        conv3 = new Convolution(channels, channels * Expansion, 1);
        bn3 = nn.BatchNorm2d(channels * Expansion);
        downsample = Shortcut.Create(inputs, channels * Expansion, stride);
        RegisterComponents();
        nn.init.zeros_(bn3.weight);
    }

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        Tensor x = NormReLU.Apply(bn1, conv1.forward(input));
        x = NormReLU.Apply(bn2, conv2.forward(x));
        Tensor shortcut = Shortcut.Forward(downsample, input);
        return NormReLU.Apply(bn3, conv3.forward(x), shortcut).MoveToOuterDisposeScope();
    }
}

/// <summary>The shortcut of a block: a 1×1 convolution and batch norm where the shape changes, else nothing.</summary>
internal static class Shortcut
{
    public static Sequential? Create(long inputs, long outputs, long stride)
        => stride == 1 && inputs == outputs
            ? null
            : nn.Sequential(("0", new Convolution(inputs, outputs, 1, stride)), ("1", nn.BatchNorm2d(outputs)));

    public static Tensor Forward(Sequential? downsample, Tensor input)
        => downsample is null
            ? input
            : NormReLU.Apply((BatchNorm2d)downsample[1], ((Convolution)downsample[0]).forward(input), relu: false);
}

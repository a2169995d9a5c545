using SimClr.Internals;
using SimClr.Layers;
using TorchSharp.Modules;
using static TorchSharp.torch;
using Convolution = SimClr.Layers.Convolution;

namespace SimClr.Encoders;

/// <summary>A convolution and the batch norm of its output.</summary>
internal readonly record struct NormalizedConvolution(Convolution Convolution, SyncBatchNorm Norm);

/// <summary>The layers of a residual block, for other implementations of the same computation.</summary>
internal interface IResidualBlock
{
    /// <summary>The convolutions, in order.</summary>
    IReadOnlyList<NormalizedConvolution> Path { get; }

    /// <summary>The projection of the shortcut; null if the input itself is added.</summary>
    NormalizedConvolution? Projection { get; }
}

/// <summary>Two 3×3 convolutions and a shortcut (He et al. 2016), with torchvision's names.</summary>
internal sealed class BasicBlock : nn.Module<Tensor, Tensor>, IResidualBlock
{
    public const int Expansion = 1;

    private readonly Convolution conv1;
    private readonly SyncBatchNorm bn1;
    private readonly Convolution conv2;
    private readonly SyncBatchNorm bn2;
    private readonly Sequential? downsample;

    public BasicBlock(long inputs, long channels, long stride)
        : base(nameof(BasicBlock))
    {
        conv1 = new Convolution(inputs, channels, 3, stride);
        bn1 = SyncBatchNorm.ForImages(channels);
        conv2 = new Convolution(channels, channels, 3);
        bn2 = SyncBatchNorm.ForImages(channels);
        downsample = Shortcut.Create(inputs, channels, stride);
        RegisterComponents();
        nn.init.zeros_(bn2.weight);
    }

    public IReadOnlyList<NormalizedConvolution> Path => [new(conv1, bn1), new(conv2, bn2)];

    public NormalizedConvolution? Projection => Shortcut.Layers(downsample);

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        Tensor x = nn.functional.relu(bn1.forward(conv1.forward(input)), inplace: true);
        x = bn2.forward(conv2.forward(x));
        Tensor shortcut = downsample is null ? input : downsample.forward(input);
        return nn.functional.relu(x.add_(shortcut, RootedScalars.One), inplace: true).MoveToOuterDisposeScope();
    }
}

/// <summary>
/// 1×1, 3×3 and 1×1 convolutions and a shortcut, with torchvision's names; the stride is in the 3×3 convolution, as in
/// torchvision and in the paper's code.
/// </summary>
internal sealed class Bottleneck : nn.Module<Tensor, Tensor>, IResidualBlock
{
    public const int Expansion = 4;

    private readonly Convolution conv1;
    private readonly SyncBatchNorm bn1;
    private readonly Convolution conv2;
    private readonly SyncBatchNorm bn2;
    private readonly Convolution conv3;
    private readonly SyncBatchNorm bn3;
    private readonly Sequential? downsample;

    public Bottleneck(long inputs, long channels, long stride)
        : base(nameof(Bottleneck))
    {
        conv1 = new Convolution(inputs, channels, 1);
        bn1 = SyncBatchNorm.ForImages(channels);
        conv2 = new Convolution(channels, channels, 3, stride);
        bn2 = SyncBatchNorm.ForImages(channels);
        conv3 = new Convolution(channels, channels * Expansion, 1);
        bn3 = SyncBatchNorm.ForImages(channels * Expansion);
        downsample = Shortcut.Create(inputs, channels * Expansion, stride);
        RegisterComponents();
        nn.init.zeros_(bn3.weight);
    }

    public IReadOnlyList<NormalizedConvolution> Path => [new(conv1, bn1), new(conv2, bn2), new(conv3, bn3)];

    public NormalizedConvolution? Projection => Shortcut.Layers(downsample);

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        Tensor x = nn.functional.relu(bn1.forward(conv1.forward(input)), inplace: true);
        x = nn.functional.relu(bn2.forward(conv2.forward(x)), inplace: true);
        x = bn3.forward(conv3.forward(x));
        Tensor shortcut = downsample is null ? input : downsample.forward(input);
        return nn.functional.relu(x.add_(shortcut, RootedScalars.One), inplace: true).MoveToOuterDisposeScope();
    }
}

/// <summary>The projection of a shortcut whose shape changes: 1×1 convolution and batch norm.</summary>
internal static class Shortcut
{
    public static Sequential? Create(long inputs, long outputs, long stride)
        => stride == 1 && inputs == outputs
            ? null
            : nn.Sequential(
                ("0", new Convolution(inputs, outputs, 1, stride)), ("1", SyncBatchNorm.ForImages(outputs)));

    public static NormalizedConvolution? Layers(Sequential? shortcut)
        => shortcut is null ? null : new((Convolution)shortcut[0], (SyncBatchNorm)shortcut[1]);
}

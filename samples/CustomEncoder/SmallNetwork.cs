using TorchSharp.Modules;
using static TorchSharp.torch;

namespace CustomEncoder;

/// <summary>
/// A custom encoder: any module that maps images [N, 3, S, S] to one row each, [N, d]. SimClr attaches the projection
/// head and determines d with a trial forward pass.
/// </summary>
internal sealed class SmallNetwork : nn.Module<Tensor, Tensor>
{
    private readonly Sequential layers;

    public SmallNetwork()
        : base(nameof(SmallNetwork))
    {
        layers = nn.Sequential(
            [.. Block(3, 32), .. Block(32, 64), .. Block(64, 128), nn.AdaptiveAvgPool2d(1), nn.Flatten()]);

        // Registers the fields' weights, so that they are trained, saved, and loaded.
        RegisterComponents();
    }

    public override Tensor forward(Tensor input) => layers.forward(input);

    // Both views of a batch go through batch norm together, as in the paper; that is why each block has one.
    private static nn.Module<Tensor, Tensor>[] Block(int inputs, int outputs) =>
    [
        nn.Conv2d(inputs, outputs, 3, stride: 2, padding: 1, bias: false),
        nn.BatchNorm2d(outputs),
        nn.ReLU(),
    ];
}

using TorchSharp.Modules;
using static TorchSharp.torch;

namespace CustomEncoder;

/// <summary>
/// An encoder of one's own: any module that takes images [N, 3, S, S] and gives one row for each, [N, d]. SimClr puts the
/// projection head on it and finds d by trying.
/// </summary>
internal sealed class SmallNetwork : nn.Module<Tensor, Tensor>
{
    private readonly Sequential layers;

    public SmallNetwork()
        : base(nameof(SmallNetwork))
    {
        layers = nn.Sequential([.. Block(3, 32), .. Block(32, 64), .. Block(64, 128), nn.AdaptiveAvgPool2d(1), nn.Flatten()]);

        // Makes the weights of the fields known: what is trained, saved and loaded.
        RegisterComponents();
    }

    public override Tensor forward(Tensor input) => layers.forward(input);

    // Both views of a batch go through batch norm together, as in the paper; that is why there is one in each block.
    private static nn.Module<Tensor, Tensor>[] Block(int inputs, int outputs) =>
    [
        nn.Conv2d(inputs, outputs, 3, stride: 2, padding: 1, bias: false),
        nn.BatchNorm2d(outputs),
        nn.ReLU(),
    ];
}

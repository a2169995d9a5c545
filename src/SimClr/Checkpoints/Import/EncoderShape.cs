using SimClr.Encoders;
using static TorchSharp.torch;

namespace SimClr.Checkpoints;

/// <summary>Recognition of an encoder of the catalog by the names and shapes of its weights.</summary>
internal static class EncoderShape
{
    private const int Colors = 3;
    private const int Stages = 4;
    private const int DefaultChannels = 64;

    /// <summary>Returns the name, width and stem of the encoder.</summary>
    /// <param name="weights">The weights, by torchvision's names.</param>
    /// <param name="file">The name of the file, for messages.</param>
    /// <exception cref="DataException">The weights do not belong to an encoder of the catalog.</exception>
    public static EncoderOptions Recognize(IReadOnlyDictionary<string, Tensor> weights, string file)
    {
        long[] stem = ShapeOf("conv1.weight", 4);
        if (stem[1] != Colors)
        {
            throw Other(
                $"'conv1.weight' of shape [{Text(stem)}] takes images of {stem[1]} channels", "3: red, green and blue");
        }

        if (stem[2] != stem[3] || stem[2] is not (3 or 7))
        {
            throw Other(
                $"'conv1.weight' of shape [{Text(stem)}] is a stem of {stem[2]} × {stem[3]}",
                "7 × 7, or 3 × 3 for small images");
        }

        bool bottleneck = weights.ContainsKey("layer1.0.conv3.weight");
        int[] blocks = [.. Enumerable.Range(1, Stages).Select(BlocksOf)];
        string name = EncoderCatalog.Names.FirstOrDefault(known => EncoderCatalog.ShapeOf(known) is var shape
            && shape.Bottleneck == bottleneck && shape.Blocks.SequenceEqual(blocks))
            ?? throw Other(
                $"it has {string.Join(", ", blocks)} blocks of {(bottleneck ? "three" : "two")} convolutions",
                $"those of one of {string.Join(", ", EncoderCatalog.Names)}");
        CheckBlock(stem[0], bottleneck);
        double width = stem[0] / (double)DefaultChannels;
        return width is >= 1.0 / 16 and <= 16
            ? new EncoderOptions
            {
                Name = name,
                Width = width,
                Stem = stem[2] == 3 ? EncoderStem.Small : EncoderStem.ImageNet,
            }
            : throw Other($"its stem has {stem[0]} channels", "4 to 1024");

        int BlocksOf(int stage) => Enumerable.Range(0, weights.Count)
            .TakeWhile(b => weights.ContainsKey($"layer{stage}.{b}.conv1.weight"))
            .Count();

        // In a ResNet of uniform width, the first block has as many channels as the stem.
        void CheckBlock(long channels, bool three)
        {
            string inner = three ? "layer1.0.conv2.weight" : "layer1.0.conv1.weight";
            long[] shape = ShapeOf(inner, 4);
            if (shape[1] < shape[0])
            {
                throw Other(
                    $"'{inner}' of shape [{Text(shape)}] is a convolution in "
                        + $"{shape[0] / Math.Max(1, shape[1])} groups (a ResNeXt)",
                    "one group");
            }

            if (shape[0] != channels)
            {
                throw Other(
                    $"'{inner}' of shape [{Text(shape)}] does not have the {channels} channels of the stem (a "
                        + "wide ResNet, width_per_group)",
                    "all layers wider by one factor, as SimCLR's are");
            }
        }

        long[] ShapeOf(string weight, int dimensions) => !weights.TryGetValue(weight, out Tensor? tensor)
            ? throw new DataException($"{file} lacks '{weight}', which every ResNet has. Is the file complete?")
            : tensor.dim() == dimensions
                ? tensor.shape
                : throw Other($"'{weight}' has shape [{Text(tensor.shape)}]", $"{dimensions} sizes");

        DataException Other(string got, string expected)
            => new($"{file}: {got}; expected {expected}. The encoder is not supported");
    }

    private static string Text(long[] shape) => string.Join(", ", shape);
}

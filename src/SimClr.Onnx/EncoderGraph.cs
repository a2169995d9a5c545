using SimClr.Encoders;

namespace SimClr.Onnx;

/// <summary>A <see cref="ResNet"/> as ONNX nodes, named after its modules.</summary>
internal sealed class EncoderGraph(GraphBuilder graph, ResNet encoder)
{
    private readonly ModuleWeights weights = new(encoder);

    /// <summary>Adds the encoder. Input: [N, 3, H, W]. Returns the name of h, [N, representation].</summary>
    public string Add(string input)
    {
        string x = Relu("relu", Convolution("conv1", "bn1", input, encoder.SmallStem ? 1 : 2));
        if (!encoder.SmallStem)
        {
            x = graph.Add(
                "MaxPool",
                "maxpool",
                [x],
                ("kernel_shape", new long[] { 3, 3 }),
                ("strides", new long[] { 2, 2 }),
                ("pads", new long[] { 1, 1, 1, 1 }));
        }

        for (int stage = 1; stage <= 4; stage++)
        {
            for (int block = 0; weights.Has($"layer{stage}.{block}.conv1.weight"); block++)
            {
                x = Block($"layer{stage}.{block}", x, stage > 1 && block == 0 ? 2 : 1);
            }
        }

        weights.RequireAllUsed();
        return graph.Add("Flatten", "h", [graph.Add("GlobalAveragePool", "avgpool", [x])], ("axis", 1));
    }

    /// <summary>
    /// Adds a block of two or three convolutions and a shortcut. The second-to-last convolution has the stride.
    /// </summary>
    private string Block(string block, string input, int stride)
    {
        int last = weights.Has($"{block}.conv3.weight") ? 3 : 2;
        string x = input;
        for (int i = 1; i <= last; i++)
        {
            x = Convolution($"{block}.conv{i}", $"{block}.bn{i}", x, i == last - 1 ? stride : 1);
            x = i < last ? Relu($"{block}.relu{i}", x) : x;
        }

        string shortcut = weights.Has($"{block}.downsample.0.weight")
            ? Convolution($"{block}.downsample.0", $"{block}.downsample.1", input, stride)
            : input;
        return Relu(block, graph.Add("Add", $"{block}.add", [x, shortcut]));
    }

    private string Convolution(string name, string norm, string input, int stride)
    {
        FoldedLayer layer = weights.Fold(name, norm);
        long kernel = layer.Shape[^1];
        long padding = kernel / 2;
        return graph.Add(
            "Conv",
            name,
            [
                input,
                graph.Constant($"{name}.weight", layer.Weight, layer.Shape),
                graph.Constant($"{name}.bias", layer.Bias, layer.Bias.Length),
            ],
            ("kernel_shape", new[] { kernel, kernel }),
            ("strides", new long[] { stride, stride }),
            ("pads", new[] { padding, padding, padding, padding }));
    }

    private string Relu(string name, string input) => graph.Add("Relu", name, [input]);
}

using SimClr.Heads;
using static TorchSharp.torch;

namespace SimClr.Onnx;

/// <summary>A <see cref="ProjectionHead"/>, or its first layers, as ONNX nodes.</summary>
internal static class HeadGraph
{
    private const string Prefix = "layers.";

    /// <summary>
    /// Adds the head. Input: h, [N, representation]. Returns the name of z, [N, projection], or of h if the head has no
    /// layers. The first layers of a head end with an activation.
    /// </summary>
    public static string Add(GraphBuilder graph, nn.Module<Tensor, Tensor> head, string h)
    {
        var weights = new ModuleWeights(head);
        string x = h;
        for (int i = 1; weights.Has($"{Prefix}linear{i}.weight"); i++)
        {
            string norm = $"{Prefix}bn{i}";
            FoldedLayer layer = weights.Fold($"{Prefix}linear{i}", weights.Has($"{norm}.weight") ? norm : null);
            string name = $"head.linear{i}";
            x = graph.Add(
                "Gemm",
                name,
                [
                    x,
                    graph.Constant($"{name}.weight", layer.Weight, layer.Shape),
                    graph.Constant($"{name}.bias", layer.Bias, layer.Bias.Length),
                ],
                ("transB", 1));
            if (head is not ProjectionHead || weights.Has($"{Prefix}linear{i + 1}.weight"))
            {
                x = graph.Add("Relu", $"head.relu{i}", [x]);
            }
        }

        weights.RequireAllUsed();
        return x;
    }
}

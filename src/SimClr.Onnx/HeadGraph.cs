using SimClr.Heads;

namespace SimClr.Onnx;

/// <summary>A <see cref="ProjectionHead"/> as ONNX nodes.</summary>
internal static class HeadGraph
{
    private const string Prefix = "layers.";

    /// <summary>
    /// Adds the head. Input: h, [N, representation]. Returns the name of z, [N, projection], or of h if the head has no
    /// layers.
    /// </summary>
    public static string Add(GraphBuilder graph, ProjectionHead head, string h)
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
            if (weights.Has($"{Prefix}linear{i + 1}.weight"))
            {
                x = graph.Add("Relu", $"head.relu{i}", [x]);
            }
        }

        weights.RequireAllUsed();
        return x;
    }
}

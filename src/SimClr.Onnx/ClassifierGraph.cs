using SimClr.Classification;
using SimClr.Onnx.Format;

namespace SimClr.Onnx;

/// <summary>The outputs of an <see cref="ImageClassifier"/> besides the embedding, as ONNX nodes.</summary>
internal static class ClassifierGraph
{
    public const string Probabilities = "probabilities";
    public const string Novelty = "novelty";

    /// <summary>Adds softmax(logits / T), [N, classes], and, with a reference, the novelty, [N, 1].</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="classifier">The classifier.</param>
    /// <param name="embedding">The name of the embedding, [N, dimension], not normalized.</param>
    public static void Add(GraphBuilder graph, ImageClassifier classifier, string embedding)
    {
        string unit = classifier.IsNormalized || classifier.Novelty is not null
            ? graph.Add("LpNormalization", "classifier.unit", [embedding], ("axis", 1), ("p", 2))
            : embedding;
        AddProbabilities(graph, classifier, classifier.IsNormalized ? unit : embedding);
        if (classifier.Novelty is { } novelty)
        {
            AddNovelty(graph, novelty, unit);
        }
    }

    private static void AddProbabilities(GraphBuilder graph, ImageClassifier classifier, string row)
    {
        // The temperature is part of weights and biases.
        float[] weights = Divided(classifier.LinearWeights.Span, classifier.Temperature);
        float[] biases = Divided(classifier.LinearBiases.Span, classifier.Temperature);
        string logits = graph.Add(
            "Gemm",
            "classifier.linear",
            [
                row,
                graph.Constant("classifier.weight", weights, biases.Length, weights.Length / biases.Length),
                graph.Constant("classifier.bias", biases, biases.Length),
            ],
            ("transB", 1));
        graph.Add("Softmax", Probabilities, [logits], ("axis", 1));
        graph.Output(Probabilities, TensorProto.Types.DataType.Float, InputGraph.Batch, biases.Length);
    }

    /// <summary>Adds 1 less the k-th highest cosine with a training image.</summary>
    private static void AddNovelty(GraphBuilder graph, NoveltyReference novelty, string unit)
    {
        string cosines = graph.Add(
            "Gemm",
            "novelty.cosines",
            [unit, graph.Constant("novelty.reference", novelty.Rows.ToArray(), novelty.Count, novelty.Dimension)],
            ("transB", 1));
        int neighbors = Math.Min(novelty.Neighbors, novelty.Count);
        string nearest = graph.Add(
            "TopK", "novelty.nearest", [cosines, graph.Constant("novelty.k", neighbors)], ("axis", 1));
        graph.AddResult("novelty.nearest_rows");
        string last = graph.Add(
            "Gather", "novelty.last", [nearest, graph.Constant("novelty.last_of_k", neighbors - 1)], ("axis", 1));
        string distance = graph.Add("Sub", "novelty.distance", [graph.Scalar("novelty.one", 1), last]);
        graph.Add("Clip", Novelty, [distance, graph.Scalar("novelty.min", 0), graph.Scalar("novelty.max", 2)]);
        graph.Output(Novelty, TensorProto.Types.DataType.Float, InputGraph.Batch, 1);
    }

    private static float[] Divided(ReadOnlySpan<float> values, double temperature)
    {
        float[] divided = values.ToArray();
        foreach (ref float value in divided.AsSpan())
        {
            value = (float)(value / temperature);
        }

        return divided;
    }
}

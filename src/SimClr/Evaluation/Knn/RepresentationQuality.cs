using SimClr.Embeddings;

namespace SimClr.Evaluation;

/// <summary>How good a representation is, by five measures, each 0 … 1.</summary>
/// <param name="Knn">Weighted kNN (k 20, τ 0.1).</param>
/// <param name="Linear">A linear layer on fixed embeddings, trained on all labels.</param>
/// <param name="LinearTenPerClass">The same, trained on ten labels of each class, with weight decay 0.1.</param>
/// <param name="KnnPerturbed">kNN when the test images are taken by another photographer.</param>
/// <param name="FindOriginal">How often a disturbed image is nearest to its own original among all test images.</param>
public sealed record RepresentationQuality(
    double Knn, double Linear, double LinearTenPerClass, double KnnPerturbed, double FindOriginal)
{
    private const int Neighbors = 20;
    private const int FewLabels = 10;

    // A hundred labels or so are soon learned by heart; a little decay keeps all three representations from that.
    // Chosen once, on images of the embedded set's training part.
    private static readonly LinearOptions OnFewLabels = new() { WeightDecay = 0.1 };

    /// <summary>Measures; nothing is chosen by what comes out.</summary>
    /// <param name="train">Embeddings of labeled images to learn classes from.</param>
    /// <param name="test">Embeddings of other images.</param>
    /// <param name="perturbed">Embeddings of the same other images, disturbed.</param>
    /// <param name="cancellation">Stops between measures.</param>
    /// <exception cref="DataException">Labels are missing, or the tables do not fit each other.</exception>
    public static RepresentationQuality Measure(
        EmbeddingTable train, EmbeddingTable test, EmbeddingTable perturbed, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(train);
        IReadOnlyList<int> labels = train.RequireLabels();
        int k = Math.Min(Neighbors, train.Count);
        int perClass = Math.Min(FewLabels, labels.GroupBy(label => label).Min(rows => rows.Count()));
        EmbeddingTable few = train.Subset(LabelSubset.PerClass(labels, perClass));
        return new RepresentationQuality(
            KnnClassifier.Evaluate(train, test, k).Top1,
            LinearEvaluation.OnEmbeddings(train, test, cancellation: cancellation).Top1,
            LinearEvaluation.OnEmbeddings(few, test, OnFewLabels, cancellation).Top1,
            KnnClassifier.Evaluate(train, perturbed, k).Top1,
            Retrieval.FindOriginal(test, perturbed));
    }
}

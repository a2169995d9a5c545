using SimClr.Embeddings;

namespace SimClr.Evaluation;

/// <summary>Five measures of the quality of a representation, each 0 … 1.</summary>
/// <param name="Knn">The accuracy of weighted kNN (k 20, τ 0.1).</param>
/// <param name="Linear">The accuracy of a linear layer on fixed embeddings, trained on all labels.</param>
/// <param name="LinearTenPerClass">
/// The accuracy of a linear layer trained on ten labels per class, with weight decay 0.1.
/// </param>
/// <param name="KnnPerturbed">
/// The accuracy of kNN on perturbed test images, as if another photographer had taken them.
/// </param>
/// <param name="FindOriginal">
/// The share of perturbed images whose nearest neighbor among all test images is their original.
/// </param>
public sealed record RepresentationQuality(
    double Knn, double Linear, double LinearTenPerClass, double KnnPerturbed, double FindOriginal)
{
    private const int Neighbors = 20;
    private const int FewLabels = 10;

    // A hundred labels or so are quickly memorized; slight decay prevents that for all three representations. Chosen
    // once, on images of the embedded set's training split.
    private static readonly LinearOptions OnFewLabels = new() { WeightDecay = 0.1 };

    /// <summary>Computes the five measures. None of them is used to choose a setting.</summary>
    /// <param name="train">Embeddings of labeled images, to learn the classes from.</param>
    /// <param name="test">Embeddings of other labeled images.</param>
    /// <param name="perturbed">Embeddings of perturbed versions of the test images.</param>
    /// <param name="cancellation">Cancellation token, checked between measures.</param>
    /// <exception cref="DataException">Labels are missing, or the tables do not match.</exception>
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

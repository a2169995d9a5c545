using SimClr.Embeddings;

namespace SimClr.Evaluation;

/// <summary>The result of a weighted kNN classification.</summary>
/// <param name="Top1">The share of test images whose class got the most votes, 0 … 1.</param>
/// <param name="Top5">
/// The share of test images whose class is among the five with the most votes, 0 … 1. With more than five classes, a
/// class without votes never counts (<see cref="Accuracy"/>), so k below 5 allows only k guesses.
/// </param>
/// <param name="K">The number of neighbors that voted.</param>
/// <param name="TrainImages">The number of possible neighbors.</param>
/// <param name="TestImages">The number of classified images.</param>
/// <param name="Classes">The number of classes in the data set.</param>
/// <param name="Predictions">The predicted class of each test image.</param>
public sealed record KnnResult(
    double Top1, double Top5, int K, int TrainImages, int TestImages, int Classes, IReadOnlyList<int> Predictions)
{
    /// <summary>All measures of the predictions.</summary>
    public required EvaluationOutcome Outcome { get; init; }
}

/// <summary>
/// Weighted k-nearest-neighbor classification on fixed embeddings (Wu et al. 2018, arXiv 1805.01978): each of the k
/// nearest neighbors votes for its class with weight exp(s / τ), where s is the cosine similarity.
/// </summary>
public static class KnnClassifier
{
    /// <summary>Classifies the rows of one table by those of another.</summary>
    /// <param name="train">The training embeddings, with labels.</param>
    /// <param name="test">The test embeddings, with labels.</param>
    /// <param name="k">The number of neighbors that vote, 1 … rows of <paramref name="train"/>. Default: 20.</param>
    /// <param name="temperature">τ, above 0. Default: 0.1.</param>
    /// <param name="seed">
    /// The seed of the intervals' resamples; the classification itself is deterministic. Default: 0.
    /// </param>
    /// <exception cref="DataException">
    /// Labels are missing, the dimensions differ, the tables have no class in common, or k exceeds the number of
    /// training rows.
    /// </exception>
    public static KnnResult Evaluate(
        EmbeddingTable train, EmbeddingTable test, int k = 20, double temperature = 0.1, long seed = 0)
    {
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(test);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(k);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(temperature);
        test = TablePair.Match(train, test);
        CheckNeighbors(k, train.Count);

        int classes = Math.Max(train.Classes, test.Classes);
        IReadOnlyList<int> trainLabels = train.RequireLabels();
        float[] scores = new float[(long)test.Count * classes];
        foreach ((int query, int[] rows, float[] similarities) in NearestNeighbors.Find(train, test, k))
        {
            for (int i = 0; i < k; i++)
            {
                // Relative to the nearest neighbor, whose vote is 1: at a low temperature all votes would otherwise
                // underflow to 0.
                double lag = similarities[i] - similarities[0];
                scores[(query * classes) + trainLabels[rows[i]]] += (float)Math.Exp(lag / temperature);
            }
        }

        var outcome = EvaluationOutcome.FromScores(test, scores, classes, seed);
        return new KnnResult(
            outcome.Top1, outcome.Top5!.Value, k, train.Count, test.Count, classes, outcome.Predictions)
        {
            Outcome = outcome,
        };
    }

    /// <summary>Checks k before any computation.</summary>
    /// <exception cref="DataException">k exceeds the number of training images.</exception>
    public static void CheckNeighbors(int k, int trainImages)
    {
        if (k > trainImages)
        {
            throw new DataException(
                $"k is {k}, but there are only {trainImages} training images; use a k of at most {trainImages}");
        }
    }
}

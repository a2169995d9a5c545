using SimClr.Embeddings;

namespace SimClr.Evaluation;

/// <summary>What a weighted kNN classification found.</summary>
/// <param name="Top1">Share of test images whose class got the most votes, 0 … 1.</param>
/// <param name="Top5">
/// Share of test images whose class is among the five with the most votes. Where there are more than five classes, one without
/// votes never is (<see cref="Accuracy"/>), so that with k below 5 there are only k guesses.
/// </param>
/// <param name="K">Neighbors that voted.</param>
/// <param name="TrainImages">Images that could be neighbors.</param>
/// <param name="TestImages">Images that were classified.</param>
/// <param name="Classes">Classes, from the data set.</param>
/// <param name="Predictions">The predicted class of each test image.</param>
public sealed record KnnResult(
    double Top1, double Top5, int K, int TrainImages, int TestImages, int Classes, IReadOnlyList<int> Predictions)
{
    /// <summary>Everything else that can be read off the predictions.</summary>
    public required EvaluationOutcome Outcome { get; init; }
}

/// <summary>
/// Weighted k nearest neighbors on fixed embeddings (Wu et al. 2018, arXiv 1805.01978): cosine similarity s, each of the k
/// nearest votes for its class with weight exp(s / τ).
/// </summary>
public static class KnnClassifier
{
    /// <summary>Classifies the rows of one table by those of another.</summary>
    /// <param name="train">Embeddings with labels.</param>
    /// <param name="test">Embeddings with labels.</param>
    /// <param name="k">Neighbors that vote, 1 … rows of <paramref name="train"/>. Default 20.</param>
    /// <param name="temperature">τ, above 0. Default 0.1.</param>
    /// <param name="seed">Fixes the resamples of the intervals; the classification has nothing random.</param>
    /// <exception cref="DataException">Labels are missing, the dimensions differ, there is no common class, or k exceeds the number of rows.</exception>
    public static KnnResult Evaluate(EmbeddingTable train, EmbeddingTable test, int k = 20, double temperature = 0.1, long seed = 0)
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
                // Relative to the nearest, whose vote is 1: at a low temperature all would vanish otherwise.
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

    /// <summary>Checks k before anything is computed.</summary>
    /// <exception cref="DataException">There are fewer training images.</exception>
    public static void CheckNeighbors(int k, int trainImages)
    {
        if (k > trainImages)
        {
            throw new DataException($"k is {k}, but there are only {trainImages} training images; use a k of at most {trainImages}");
        }
    }
}

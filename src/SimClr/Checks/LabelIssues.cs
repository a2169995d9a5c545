using SimClr.Embeddings;
using SimClr.Evaluation;
using SimClr.Labels;

namespace SimClr.Checks;

/// <summary>
/// Probable wrong labels by confident learning (Northcutt, Jiang and Chuang 2021, "Confident learning: estimating
/// uncertainty in dataset labels", arXiv 1911.00068): a classifier is fitted to four fifths of the images and asked for
/// the probabilities of the others. The threshold of a class is the mean probability of the class over the images that
/// carry its label (equation 2). An image whose probability reaches the threshold of another class, and whose most
/// probable such class is not its label, is counted off the diagonal of the confident joint (equation 1), and listed.
/// The lists are ranked by the normalized margin (Section 3.2): the probability of the label minus the highest of
/// another class.
/// </summary>
public static class LabelIssues
{
    /// <summary>Finds probable wrong labels.</summary>
    /// <param name="table">The embeddings; their norms and labels are ignored.</param>
    /// <param name="rows">The labeled rows.</param>
    /// <param name="labels">The class of each labeled row.</param>
    /// <param name="classNames">The classes by number.</param>
    /// <param name="seed">The seed of the folds. Default: 0.</param>
    /// <param name="cancellation">Cancellation token, checked between steps.</param>
    /// <returns>The issues, the most probable first, and the accuracy of the classifier that they rest on.</returns>
    /// <exception cref="DataException">
    /// There are fewer than two classes of two images each, numbers that are not finite, or rows of zeros.
    /// </exception>
    public static LabelCheck Find(
        EmbeddingTable table,
        IReadOnlyList<int> rows,
        IReadOnlyList<int> labels,
        IReadOnlyList<string> classNames,
        long seed = 0,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(classNames);
        float[] probabilities = OutOfFoldProbabilities.Compute(table, rows, labels, classNames, seed, cancellation);
        int[] guesses = Accuracy.Predictions(probabilities, classNames.Count);
        return new LabelCheck(
            [
                .. Find(probabilities, labels, classNames.Count)
                    .Select(found => found with { Row = rows[found.Row] })
                    .OrderBy(found => found.Margin)
                    .ThenBy(found => found.Row),
            ],
            guesses.Index().Average(guess => guess.Item == labels[guess.Index] ? 1.0 : 0));
    }

    /// <summary>Finds issues from the probabilities of a classifier that has not seen the images.</summary>
    /// <param name="probabilities">images · classes numbers.</param>
    /// <param name="labels">The class of each image.</param>
    /// <param name="classes">The number of classes.</param>
    /// <returns>The issues in the order of the images, which are their rows.</returns>
    internal static IEnumerable<LabelIssue> Find(float[] probabilities, IReadOnlyList<int> labels, int classes)
    {
        double[] sums = new double[classes];
        int[] counts = new int[classes];
        for (int i = 0; i < labels.Count; i++)
        {
            sums[labels[i]] += probabilities[(i * classes) + labels[i]];
            counts[labels[i]]++;
        }

        for (int i = 0; i < labels.Count; i++)
        {
            float[] own = probabilities[(i * classes)..((i + 1) * classes)];
            int probable = Enumerable.Range(0, classes)
                .Where(other => counts[other] > 0 && own[other] >= sums[other] / counts[other])
                .OrderByDescending(other => own[other])
                .FirstOrDefault(labels[i]);
            if (probable != labels[i])
            {
                yield return new LabelIssue(i, labels[i], probable, own[labels[i]], own[probable]);
            }
        }
    }
}

/// <summary>The examination of labels.</summary>
/// <param name="Issues">The images whose label is probably wrong, the most probable first.</param>
/// <param name="Accuracy">
/// The share of images whose label the classifier predicts without having seen them, 0 … 1. If it is low, the encoder
/// does not separate the classes, and most issues are mistakes of the classifier.
/// </param>
public sealed record LabelCheck(IReadOnlyList<LabelIssue> Issues, double Accuracy);

/// <summary>An image whose label is probably wrong.</summary>
/// <param name="Row">The row of the image.</param>
/// <param name="Label">Its label.</param>
/// <param name="Probable">The class that it more probably shows.</param>
/// <param name="LabelProbability">The probability of the label, 0 … 1.</param>
/// <param name="Probability">The probability of the other class, 0 … 1.</param>
public sealed record LabelIssue(int Row, int Label, int Probable, double LabelProbability, double Probability)
{
    /// <summary>The probability of the label minus that of the other class, −1 … 1; the lower, the surer.</summary>
    public double Margin => LabelProbability - Probability;
}

using SimClr.Checkpoints;
using SimClr.Classification;
using SimClr.Embeddings;
using SimClr.Evaluation;
using SimClr.Search;

namespace SimClr.Labels;

/// <summary>
/// A classifier from a few labeled images that gives a class and its probability for all images: logistic regression on
/// unit vectors, with λ chosen by stratified cross-validation. Of seven λ, the one with the lowest log loss wins. The
/// reported accuracy is from the same folds, so it is slightly optimistic with very few labels. The only image of a
/// class is always classified wrongly when held out.
/// </summary>
public static class FewLabelClassifier
{
    private const int MaxFolds = 5;

    // A fold without a class gives it probability 0, whose logarithm would dominate all others.
    private const double MinProbability = 1e-4;

    private static readonly double[] Strengths = [10, 1, 0.1, 0.01, 1e-3, 1e-4, 1e-5];

    private static readonly LogisticOptions Options = new() { Tolerance = 1e-7 };

    /// <summary>Fits a classifier to the labeled rows and predicts all rows.</summary>
    /// <param name="table">The embeddings; their norms and labels are ignored.</param>
    /// <param name="rows">The labeled rows.</param>
    /// <param name="labels">The class of each labeled row.</param>
    /// <param name="classNames">The classes by number.</param>
    /// <param name="seed">The seed of the folds. Default: 0.</param>
    /// <param name="cancellation">Cancellation token, checked between steps.</param>
    /// <exception cref="DataException">
    /// The labels have fewer than two classes, numbers are not finite, or rows are all zeros.
    /// </exception>
    public static FewLabelResult Fit(
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
        int[] present = [.. labels.Distinct()];
        if (present.Length < 2)
        {
            throw new DataException(
                $"{rows.Count} image(s) are labeled, "
                    + $"{(present.Length == 1 ? $"all as '{classNames[present[0]]}'" : "none of them usable")}; "
                    + "expected labels of at least two classes");
        }

        UnitRows unit = UnitRows.FromTable(table, minRows: 2, "tell them apart");
        EmbeddingTable known = SelectLabeled(unit, table, rows, labels, classNames);
        (double l2, CrossValidation? validation, HeldOutScores? heldOut) = Validate(known, seed, cancellation);
        using var path = new LogisticPath(LogisticData.FromTable(known), Options, classNames.Count);
        LogisticRegression model = path.Fit(l2, cancellation);
        var all = new EmbeddingTable(unit.Values, unit.Dimension, table.Paths, new int[table.Count], classNames);
        float[] probabilities = Softmax.Rows(model.Logits(LogisticData.FromTable(all)), classNames.Count);
        return new FewLabelResult(
            classNames, Accuracy.Predictions(probabilities, classNames.Count), probabilities, l2, validation)
        {
            Converged = model.Converged,
            Model = model,
            Labeled = known,
            HeldOut = heldOut,
        };
    }

    /// <summary>Fits a classifier of images to the labels of some of them.</summary>
    /// <param name="table">The embeddings of images by the encoder.</param>
    /// <param name="labels">The class of some of the images, by path: as in the table, or of the same file.</param>
    /// <param name="encoder">
    /// The encoder that computed the embeddings. The caller disposes it, after the classifier.
    /// </param>
    /// <param name="seed">The seed of the folds. Default: 0.</param>
    /// <param name="cancellation">Cancellation token, checked between steps.</param>
    /// <exception cref="DataException">
    /// A path is not in the table, or the labels have fewer than two classes.
    /// </exception>
    public static ImageClassifier Fit(
        EmbeddingTable table,
        Dictionary<string, string> labels,
        TrainedEncoder encoder,
        long seed = 0,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(labels);
        var rows = new PathNumbers(table.Paths, Environment.CurrentDirectory);
        string[] names = [.. labels.Values.Distinct().Order(StringComparer.Ordinal)];
        (int Row, int Label)[] known =
        [
            .. labels.Select(label => (
                rows.Find(label.Key) ?? throw new DataException(
                    $"'{label.Key}' is labeled, and is not one of the {table.Count} embedded images; expected paths "
                        + $"such as '{(table.Count > 0 ? table.Paths[0] : "")}'"),
                Array.BinarySearch(names, label.Value, StringComparer.Ordinal)))
                .OrderBy(row => row.Item1),
        ];
        return Fit(
            table, [.. known.Select(row => row.Row)], [.. known.Select(row => row.Label)], names, seed, cancellation)
            .ToClassifier(encoder);
    }

    private static EmbeddingTable SelectLabeled(
        UnitRows unit,
        EmbeddingTable table,
        IReadOnlyList<int> rows,
        IReadOnlyList<int> labels,
        IReadOnlyList<string> classNames)
        => new(unit.Gather(rows), unit.Dimension, [.. rows.Select(row => table.Paths[row])], labels, classNames);

    /// <summary>Chooses λ by cross-validation among the rows of a table of unit vectors with labels.</summary>
    internal static double ChooseStrength(EmbeddingTable known, long seed, CancellationToken cancellation)
        => Validate(known, seed, cancellation).L2;

    private static (double L2, CrossValidation? Validation, HeldOutScores? HeldOut) Validate(
        EmbeddingTable known, long seed, CancellationToken cancellation)
    {
        int[] fold = StratifiedFolds.Assign(
            known.Labels!, StratifiedFolds.Count(known.Labels!, MaxFolds), seed);
        int folds = fold.Max() + 1;
        var losses = new double[Strengths.Length];
        var right = new int[Strengths.Length];
        float[][] logits = [.. Strengths.Select(_ => new float[known.Count * known.Classes])];
        for (int held = 0; held < folds; held++)
        {
            int[] fitted = [.. Enumerable.Range(0, known.Count).Where(row => fold[row] != held)];
            int[] asked = [.. Enumerable.Range(0, known.Count).Where(row => fold[row] == held)];
            if (fitted.Select(row => known.Labels![row]).Distinct().Count() < 2)
            {
                return (Strengths[2], null, null);
            }

            LogisticData all = LogisticData.FromTable(known);
            using var path = new LogisticPath(all.Subset(fitted), Options, known.Classes);
            LogisticData questions = all.Subset(asked);
            for (int i = 0; i < Strengths.Length; i++)
            {
                float[] scores = path.Fit(Strengths[i], cancellation).Logits(questions);
                float[] p = Softmax.Rows(scores, known.Classes);
                int[] guesses = Accuracy.Predictions(p, known.Classes);
                right[i] += asked.Index().Count(question => guesses[question.Index] == known.Labels![question.Item]);
                losses[i] -= asked.Index().Sum(question
                    => Math.Log(
                        Math.Max(MinProbability, p[(question.Index * known.Classes) + known.Labels![question.Item]])));
                foreach ((int position, int row) in asked.Index())
                {
                    scores.AsSpan(position * known.Classes, known.Classes)
                        .CopyTo(logits[i].AsSpan(row * known.Classes));
                }
            }
        }

        int best = Array.IndexOf(losses, losses.Min());
        var validation = new CrossValidation(
            (double)right[best] / known.Count, WilsonInterval.Compute(right[best], known.Count), known.Count, folds);
        return (
            Strengths[best],
            validation,
            new HeldOutScores(logits[best], known.Classes, [.. known.Labels!], $"{folds}-fold cross-validation"));
    }
}

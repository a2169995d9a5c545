using SimClr.Embeddings;
using SimClr.Evaluation;
using SimClr.Search;

namespace SimClr.Labels;

/// <summary>
/// The class probabilities of labeled images by classifiers that were fitted without them: logistic regression on unit
/// vectors in five stratified folds, with λ chosen as in <see cref="FewLabelClassifier"/>, on a sample if there are
/// many images.
/// </summary>
internal static class OutOfFoldProbabilities
{
    private const int Folds = 5;
    private const int MaxRowsOfChoice = 2000;

    private static readonly LogisticOptions Options = new() { Tolerance = 1e-6 };

    /// <returns>rows · classes numbers, which sum to 1 for each row; the rows in the given order.</returns>
    /// <exception cref="DataException">There are fewer than two classes of two images each.</exception>
    public static float[] Compute(
        EmbeddingTable table,
        IReadOnlyList<int> rows,
        IReadOnlyList<int> labels,
        IReadOnlyList<string> classNames,
        long seed,
        CancellationToken cancellation)
    {
        UnitRows unit = UnitRows.FromTable(table, minRows: 4, "tell classes apart");
        int several = labels.GroupBy(label => label).Count(images => images.Count() > 1);
        if (several < 2)
        {
            throw new DataException(
                $"{rows.Count} images are labeled, with {several} class(es) of two images or more; expected two such "
                    + "classes");
        }

        int classes = classNames.Count;
        var known = new EmbeddingTable(
            unit.Gather(rows), unit.Dimension, [.. rows.Select(row => table.Paths[row])], labels, classNames);
        double l2 = ChooseStrength(known, seed, cancellation);
        LogisticData all = LogisticData.FromTable(known);
        int[] fold = StratifiedFolds.Assign(labels, StratifiedFolds.Count(labels, Folds), seed);
        float[] probabilities = new float[rows.Count * classes];
        for (int held = 0; held <= fold.Max(); held++)
        {
            int[] fitted = [.. Enumerable.Range(0, rows.Count).Where(row => fold[row] != held)];
            int[] asked = [.. Enumerable.Range(0, rows.Count).Where(row => fold[row] == held)];
            using var path = new LogisticPath(all.Subset(fitted), Options, classes);
            float[] found = Softmax.Rows(path.Fit(l2, cancellation).Logits(all.Subset(asked)), classes);
            foreach ((int i, int row) in asked.Index())
            {
                found.AsSpan(i * classes, classes).CopyTo(probabilities.AsSpan(row * classes));
            }
        }

        return probabilities;
    }

    private static double ChooseStrength(EmbeddingTable known, long seed, CancellationToken cancellation)
    {
        int[] fold = StratifiedFolds.Assign(
            known.Labels!, Math.Max(1, (known.Count + MaxRowsOfChoice - 1) / MaxRowsOfChoice), seed);
        int[] sample = [.. Enumerable.Range(0, known.Count).Where(row => fold[row] == 0)];
        return FewLabelClassifier.ChooseStrength(known.Subset(sample), seed, cancellation);
    }
}

using SimClr.Data;
using SimClr.Embeddings;

namespace SimClr.Evaluation;

/// <summary>Checks that two tables can be compared.</summary>
internal static class TablePair
{
    private const int MostNamed = 5;

    public static void Check(EmbeddingTable train, EmbeddingTable test)
    {
        if (train.Dimension != test.Dimension)
        {
            throw new DataException($"the training embeddings have {train.Dimension} dimensions and the test embeddings {test.Dimension}; they must come from one encoder");
        }

        CheckClasses(train.ClassNames, test.ClassNames);
        _ = train.RequireLabels();
        _ = test.RequireLabels();
        train.RequireFinite();
        test.RequireFinite();
    }

    /// <summary>
    /// Checks that two sets have the same classes. Where they are numbers only, as in tar shards, a set names them up to its
    /// highest label, and the sets need not reach equally far.
    /// </summary>
    /// <param name="train">The classes of one by number, or null.</param>
    /// <param name="test">Those of the other.</param>
    /// <param name="other">What to call the other.</param>
    /// <exception cref="DataException">They do not.</exception>
    public static void CheckClasses(IReadOnlyList<string>? train, IReadOnlyList<string>? test, string other = "test")
    {
        if (train is null || test is null || train.SequenceEqual(test) || (ClassNumbers.Are(train) && ClassNumbers.Are(test)))
        {
            return;
        }

        string[] unshared = [.. train.Except(test).Concat(test.Except(train))];
        string difference = unshared.Length == 0
            ? "the same ones, in another order"
            : $"{train.Count} and {test.Count}; only in one of them: {string.Join(", ", unshared.Take(MostNamed))}{(unshared.Length > MostNamed ? ", …" : "")}";
        throw new DataException($"training and {other} images have different classes ({difference}); expected the same in both");
    }
}

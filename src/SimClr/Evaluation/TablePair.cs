using SimClr.Embeddings;

namespace SimClr.Evaluation;

/// <summary>Checks that two tables can be compared.</summary>
internal static class TablePair
{
    public static void Check(EmbeddingTable train, EmbeddingTable test)
    {
        if (train.Dimension != test.Dimension)
        {
            throw new DataException($"the training embeddings have {train.Dimension} dimensions and the test embeddings {test.Dimension}; they must come from one encoder");
        }

        CheckClasses(train.ClassNames, test.ClassNames);
        _ = train.RequireLabels();
        _ = test.RequireLabels();
    }

    public static void CheckClasses(IReadOnlyList<string>? train, IReadOnlyList<string>? test)
    {
        if (train is not null && test is not null && !train.SequenceEqual(test))
        {
            string only = string.Join(", ", train.Except(test).Concat(test.Except(train)).Take(5));
            throw new DataException($"training and test images have different classes ({train.Count} and {test.Count}; only in one of them: {only}); expected the same subfolders in both");
        }
    }
}

using SimClr.Data;
using SimClr.Embeddings;

namespace SimClr.Evaluation;

/// <summary>Checks that two tables can be compared, and brings their classes together.</summary>
public static class TablePair
{
    /// <summary>The test rows with their classes numbered as those of the training rows.</summary>
    /// <param name="train">Embeddings with labels.</param>
    /// <param name="test">Embeddings with labels.</param>
    /// <exception cref="DataException">Dimensions differ, labels are missing, there is no common class, or a number is not finite.</exception>
    public static EmbeddingTable Match(EmbeddingTable train, EmbeddingTable test)
    {
        if (train.Dimension != test.Dimension)
        {
            throw new DataException($"the training embeddings have {train.Dimension} dimensions and the test embeddings {test.Dimension}; they must come from one encoder");
        }

        _ = train.RequireLabels();
        EmbeddingTable matched = Match(train.ClassNames, test);
        train.RequireFinite();
        test.RequireFinite();
        return matched;
    }

    /// <summary>A table with its classes numbered as those that were learned; those that were not follow.</summary>
    /// <param name="learned">The classes that were learned, by number, or null.</param>
    /// <param name="table">Embeddings with labels.</param>
    /// <param name="set">What to call them in messages.</param>
    /// <exception cref="DataException">Labels are missing, or there is no common class.</exception>
    public static EmbeddingTable Match(IReadOnlyList<string>? learned, EmbeddingTable table, string set = "test")
    {
        var match = ClassMatch.Create(learned, table.ClassNames, table.RequireLabels(), set);
        return match.IsSame(table.ClassNames)
            ? table
            : new EmbeddingTable(table.Values, table.Dimension, table.Paths, match.Labels, match.Names, table.Widths, table.Heights);
    }
}

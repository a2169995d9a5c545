using SimClr.Data;
using SimClr.Embeddings;

namespace SimClr.Evaluation;

/// <summary>Checks that two tables are comparable, and aligns their classes.</summary>
public static class TablePair
{
    /// <summary>Numbers the classes of the test rows like those of the training rows.</summary>
    /// <param name="train">The training embeddings, with labels.</param>
    /// <param name="test">The test embeddings, with labels.</param>
    /// <exception cref="DataException">
    /// Dimensions differ, labels are missing, the tables have no class in common, or a number is not finite.
    /// </exception>
    public static EmbeddingTable Match(EmbeddingTable train, EmbeddingTable test)
    {
        if (train.Dimension != test.Dimension)
        {
            throw new DataException(
                $"the training embeddings have {train.Dimension} dimensions and the test embeddings {test.Dimension}; "
                    + "they must come from one encoder");
        }

        _ = train.RequireLabels();
        EmbeddingTable matched = Match(train.ClassNames, test);
        train.RequireFinite();
        test.RequireFinite();
        return matched;
    }

    /// <summary>
    /// Numbers the classes of a table like the learned classes; classes that were not learned follow.
    /// </summary>
    /// <param name="learned">The learned classes by number, or null.</param>
    /// <param name="table">Embeddings with labels.</param>
    /// <param name="set">The name of the table in messages.</param>
    /// <exception cref="DataException">Labels are missing, or there is no class in common.</exception>
    public static EmbeddingTable Match(IReadOnlyList<string>? learned, EmbeddingTable table, string set = "test")
    {
        var match = ClassMatch.Create(learned, table.ClassNames, table.RequireLabels(), set);
        return match.IsSame(table.ClassNames)
            ? table
            : new EmbeddingTable(
                table.Values, table.Dimension, table.Paths, match.Labels, match.Names, table.Widths, table.Heights);
    }
}

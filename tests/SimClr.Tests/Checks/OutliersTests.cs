using SimClr.Checks;
using SimClr.Embeddings;
using SimClr.Internals;
using SimClr.Tests.Search;

namespace SimClr.Tests.Checks;

public sealed class OutliersTests
{
    [Fact]
    public void Distances_are_the_means_over_the_nearest_others()
    {
        EmbeddingTable table = SearchTables.WithCopies(60, 6, 0.1, seed: 4);

        IReadOnlyList<OutlierScore> scores = Outliers.Score(table, neighbors: 3);

        for (int row = 0; row < table.Count; row++)
        {
            double expected = Enumerable.Range(0, table.Count).Where(other => other != row)
                .Select(other => 1 - SearchTables.Cosine(table, row, other)).Order().Take(3).Average();
            Assert.Equal(expected, scores[row].Distance, 1e-5);
        }
    }

    [Fact]
    public void The_score_is_that_of_Iglewicz_and_Hoaglin()
    {
        // Median 5, median absolute deviation 2.
        double[] scores = Outliers.RobustScores([1, 3, 5, 7, 105]);

        Assert.Equal([0.6745 * -2, 0.6745 * -1, 0, 0.6745, 0.6745 * 50], scores, (a, b) => Math.Abs(a - b) < 1e-9);
        Assert.All(Outliers.RobustScores([2, 2, 2, 9]), score => Assert.Equal(0, score));
    }

    [Fact]
    public void Planted_outliers_are_found_and_no_others()
    {
        var stream = new RandomStream(6, Purpose.Sample);
        const int dimension = 16;
        float[] values = new float[200 * dimension];
        for (int i = 0; i < values.Length; i++)
        {
            int row = i / dimension;
            double center = row < 198 && i % dimension == row % 3 ? 1 : 0;
            values[i] = (float)(center + ((row < 198 ? 0.05 : 1) * stream.NextNormal()));
        }

        IReadOnlyList<OutlierScore> scores = Outliers.Score(SearchTables.Create(dimension, values));

        Assert.Equal(
            [198, 199], Enumerable.Range(0, 200).Where(row => scores[row].Score > Outliers.MaxScore));
    }

    [Fact]
    public void Too_few_rows_are_refused()
        => Assert.Contains("at least 6", Assert.Throws<DataException>(
            () => Outliers.Score(SearchTables.Angles(0, 10, 20))).Message);
}

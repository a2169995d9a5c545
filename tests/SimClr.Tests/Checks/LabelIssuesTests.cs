using SimClr.Checks;
using SimClr.Embeddings;
using SimClr.Internals;
using SimClr.Tests.Search;

namespace SimClr.Tests.Checks;

[Collection(ComputeThreadsCollection.Name)]
public sealed class LabelIssuesTests
{
    [Fact]
    public void An_image_is_listed_if_it_reaches_the_threshold_of_another_class()
    {
        // The thresholds are the means over the images of a class: 0.6 and 0.7.
        float[] probabilities =
        [
            0.9f, 0.1f,
            0.3f, 0.7f,    // labeled 0, reaches 0.7 of class 1
            0.1f, 0.9f,
            0.5f, 0.5f,    // labeled 1, below both thresholds
            0.35f, 0.65f,  // labeled 0, below both thresholds
            0.85f, 0.15f,
        ];

        LabelIssue issue = Assert.Single(LabelIssues.Find(probabilities, [0, 0, 1, 1, 0, 0], 2));

        Assert.Equal((1, 0, 1), (issue.Row, issue.Label, issue.Probable));
        Assert.Equal(-0.4, issue.Margin, 1e-6);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void The_list_is_the_off_diagonal_of_the_confident_joint(long seed)
    {
        const int images = 200, classes = 4;
        var stream = new RandomStream(seed, Purpose.Sample);
        float[] p = new float[images * classes];
        int[] labels = new int[images];
        for (int i = 0; i < images; i++)
        {
            labels[i] = stream.NextInt(classes);
            double[] raw = new double[classes];
            for (int c = 0; c < classes; c++)
            {
                raw[c] = stream.NextDouble();
            }

            for (int c = 0; c < classes; c++)
            {
                p[(i * classes) + c] = (float)(raw[c] / raw.Sum());
            }
        }

        var expected = new List<(int, int)>();
        for (int i = 0; i < images; i++)
        {
            (int Class, float P) best = (-1, -1);
            for (int c = 0; c < classes; c++)
            {
                var own = Enumerable.Range(0, images).Where(other => labels[other] == c).ToArray();
                double threshold = own.Sum(other => (double)p[(other * classes) + c]) / own.Length;
                if (p[(i * classes) + c] >= threshold && p[(i * classes) + c] > best.P)
                {
                    best = (c, p[(i * classes) + c]);
                }
            }

            if (best.Class >= 0 && best.Class != labels[i])
            {
                expected.Add((i, best.Class));
            }
        }

        Assert.NotEmpty(expected);
        Assert.Equal(expected, LabelIssues.Find(p, labels, classes).Select(issue => (issue.Row, issue.Probable)));
    }

    [Fact]
    public void Planted_wrong_labels_come_first()
    {
        var stream = new RandomStream(8, Purpose.Sample);
        const int dimension = 8, count = 150;
        float[] values = new float[count * dimension];
        int[] labels = [.. Enumerable.Range(0, count).Select(row => row % 3)];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (float)((i % dimension == i / dimension % 3 ? 1 : 0) + (0.15 * stream.NextNormal()));
        }

        int[] wrong = [7, 40, 90, 131];
        Array.ForEach(wrong, row => labels[row] = (labels[row] + 1) % 3);
        EmbeddingTable table = SearchTables.Create(dimension, values);

        LabelCheck found = LabelIssues.Find(table, [.. Enumerable.Range(0, count)], labels, ["a", "b", "c"]);

        IReadOnlyList<LabelIssue> issues = found.Issues;
        Assert.InRange(found.Accuracy, 0.95, 146.0 / 150);

        Assert.Equal(wrong, issues.Take(wrong.Length).Select(issue => issue.Row).Order());
        Assert.All(issues.Take(wrong.Length), issue => Assert.Equal(issue.Row % 3, issue.Probable));
        Assert.InRange(issues.Count, 4, 6);
    }

    [Fact]
    public void Labels_of_one_class_are_refused()
        => Assert.Contains("expected two such classes", Assert.Throws<DataException>(() => LabelIssues.Find(
            SearchTables.Angles(0, 10, 20, 30), [0, 1, 2, 3], [0, 0, 0, 1], ["a", "b"])).Message);
}

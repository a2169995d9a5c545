using SimClr.Embeddings;
using SimClr.Evaluation;
using SimClr.Labels;
using SimClr.Tests.Data;
using SimClr.Tests.Evaluation;

namespace SimClr.Tests.Search;

[Collection(ComputeThreadsCollection.Name)]
public sealed class FewLabelTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_few_labels_classify_clouds_and_validation_estimates_the_accuracy()
    {
        EmbeddingTable table = Tables.Clouds(300, 8, 3, 0.4, seed: 1);
        int[] rows = [.. Enumerable.Range(0, 30)];

        FewLabelResult result = FewLabelClassifier.Fit(
            table, rows, [.. rows.Select(row => table.Labels![row])], table.ClassNames!);

        double accuracy = result.Predictions.Index()
            .Average(guess => guess.Item == table.Labels![guess.Index] ? 1.0 : 0);
        Assert.True(accuracy > 0.95, $"accuracy {accuracy}");
        CrossValidation validation = result.Validation!;
        Assert.Equal(30, validation.Images);
        Assert.Equal(5, validation.Folds);
        Assert.InRange(accuracy, validation.Interval.Low, validation.Interval.High);
        for (int row = 0; row < 300; row++)
        {
            Assert.Equal(1, result.Probabilities.Skip(3 * row).Take(3).Sum(), 1e-5);
            Assert.Equal(result.Probabilities.Skip(3 * row).Take(3).Max(), result.Confidence(row));
            Assert.InRange(result.Margin(row), 0, result.Confidence(row));
        }
    }

    [Fact]
    public void Validation_of_labels_that_mean_nothing_is_chance()
    {
        EmbeddingTable table = Tables.Clouds(120, 8, 1, 1, seed: 1);
        int[] rows = [.. Enumerable.Range(0, 120)];

        FewLabelResult result = FewLabelClassifier.Fit(
            table, rows, [.. rows.Select(row => row * 7 % 11 % 2)], ["a", "b"]);

        Assert.InRange(result.Validation!.Accuracy, 0.3, 0.7);
        Assert.InRange(0.5, result.Validation.Interval.Low, result.Validation.Interval.High);
    }

    [Fact]
    public void Two_labels_are_enough_to_predict_but_not_to_validate()
    {
        FewLabelResult result = FewLabelClassifier.Fit(
            SearchTables.Angles(0, 10, 100, 90), [0, 3], [0, 1], ["right", "up"]);

        Assert.Equal([0, 0, 1, 1], result.Predictions);
        Assert.Null(result.Validation);
    }

    [Fact]
    public void One_class_is_refused()
        => Assert.Contains(
            "2 image(s) are labeled, all as 'right'; expected labels of at least two classes",
            Assert.Throws<DataException>(
                () => FewLabelClassifier.Fit(SearchTables.Angles(0, 10, 90), [0, 1], [0, 0], ["right"])).Message);

    /// <summary>
    /// Images that resemble their class a little: with three labels each of ten classes, a fold that takes an image of
    /// some classes only would make the estimate 0 instead of something near the accuracy on other images.
    /// </summary>
    [Fact]
    public void Validation_of_three_labels_per_class_is_near_the_accuracy_on_other_images()
    {
        EmbeddingTable table = Tables.Clouds(2000, 32, 10, 2.5, seed: 5);
        int[] rows = [.. Enumerable.Range(0, table.Count).GroupBy(row => table.Labels![row])
            .SelectMany(group => group.Take(3))];

        FewLabelResult result = FewLabelClassifier.Fit(
            table, rows, [.. rows.Select(row => table.Labels![row])], table.ClassNames!);

        double accuracy = Enumerable.Range(0, table.Count).Except(rows)
            .Average(row => result.Predictions[row] == table.Labels![row] ? 1.0 : 0);
        Assert.InRange(accuracy, 0.15, 0.9);
        Assert.InRange(accuracy, result.Validation!.Interval.Low, result.Validation.Interval.High);
        Assert.Equal(3, result.Validation.Folds);
    }

    [Fact]
    public void Folds_share_each_class_evenly()
    {
        int[] labels = [.. Enumerable.Range(0, 43).Select(row => row < 20 ? 0 : row < 40 ? 1 : 2)];

        int[] folds = StratifiedFolds.Assign(labels, 5, seed: 3);

        Assert.All(folds.CountBy(fold => fold), fold => Assert.InRange(fold.Value, 8, 9));
        Assert.All(
            folds.Zip(labels).Where(pair => pair.Second < 2).CountBy(pair => pair),
            pair => Assert.Equal(4, pair.Value));
        Assert.Equal(folds, StratifiedFolds.Assign(labels, 5, seed: 3));
        Assert.NotEqual(folds, StratifiedFolds.Assign(labels, 5, seed: 4));
    }

    [Theory]
    [InlineData(8, 10, 0.4902, 0.9433)]
    [InlineData(0, 10, 0, 0.2775)]
    [InlineData(50, 100, 0.4038, 0.5962)]
    public void Intervals_are_those_of_Wilson(int hits, int cases, double low, double high)
    {
        Assert.Equal(low, WilsonInterval.Compute(hits, cases).Low, 5e-5);
        Assert.Equal(high, WilsonInterval.Compute(hits, cases).High, 5e-5);
    }

    [Fact]
    public void Without_labels_one_image_of_each_large_cluster_is_suggested()
    {
        EmbeddingTable table = Tables.Clouds(200, 8, 5, 0.05, seed: 1);

        int[] chosen = NextLabels.Choose(table, [], null, 5);

        Assert.Equal([0, 1, 2, 3, 4], chosen.Select(row => table.Labels![row]).Order());
    }

    [Fact]
    public void Clusters_with_a_label_are_left_out()
    {
        EmbeddingTable table = Tables.Clouds(200, 8, 5, 0.05, seed: 1);

        int[] chosen = NextLabels.Choose(table, [0, 1], null, 3);

        Assert.Equal([2, 3, 4], chosen.Select(row => table.Labels![row]).Order());
    }

    [Fact]
    public void With_a_classifier_the_suggestions_are_uncertain_and_diverse()
    {
        // Certain at the left and right; in the middle only two groups of equal rows.
        double[] degrees =
        [
            0, 180, .. Enumerable.Range(0, 300).Select(i => i * 0.1), .. Enumerable.Repeat(89.0, 20),
            .. Enumerable.Repeat(91.0, 20),
        ];
        EmbeddingTable table = SearchTables.Angles(degrees);
        FewLabelResult model = FewLabelClassifier.Fit(table, [0, 1], [0, 1], ["right", "left"]);

        int[] chosen = NextLabels.Choose(table, [0, 1], model, 2);

        Assert.Equal([89, 91], chosen.Select(row => degrees[row]).Order());
    }

    [Fact]
    public void Suggestions_contain_no_labeled_or_repeated_image()
    {
        EmbeddingTable table = SearchTables.Angles(0, 0, 0, 0, 90, 90, 90);
        FewLabelResult model = FewLabelClassifier.Fit(table, [0, 4], [0, 1], ["a", "b"]);

        Assert.Equal([1, 2, 3, 5, 6], NextLabels.Choose(table, [0, 4], model, 9).Order());
        int[] some = NextLabels.Choose(table, [0, 4], model, 4);
        Assert.Equal(4, some.Distinct().Count());
        Assert.DoesNotContain(some, row => row is 0 or 4);
    }

    [Fact]
    public void Labels_are_found_by_path_as_written_or_from_the_folder_of_the_file()
    {
        string[] paths = ["a.png", folder.PathOf("deep/b.png"), "c.png", "d.png"];
        string file = folder.Write(
            "labels.csv", "label,path,guess\nred,a.png,\nblue,deep/b.png,red\n,c.png,red\nred,nowhere.png,\n");

        KnownLabels known = KnownLabels.Read(file, paths);

        Assert.Equal([0, 1], known.Rows);
        Assert.Equal(["blue", "red"], known.ClassNames);
        Assert.Equal([1, 0], known.Labels);
        Assert.Equal(1, known.UnmatchedPaths);
    }

    [Fact]
    public void An_impossible_path_matches_no_image()
    {
        KnownLabels known = KnownLabels.Read(
            folder.Write("labels.csv", "path;label\na\0.png;red\n;red\nb.png;blue\n"),
            ["a.png", "b.png", "", "c\0.png"]);

        Assert.Equal([1], known.Rows);
        Assert.Equal(2, known.UnmatchedPaths);
    }

    [Theory]
    [InlineData(
        "path,label\nx.png,red\ny.png,blue\n",
        "none of its 2 path(s) is one of the 2 embedded images; got 'x.png', expected paths such as 'a.png'")]
    [InlineData(
        "path,label\na.png,red\na.png,blue\n", "line 3: got the label 'blue' for 'a.png', which is 'red' in line 2")]
    [InlineData("path,label\na.png\n", "line 2: got 1 field(s), expected 2")]
    [InlineData("file,class\na.png,red\n", "got the header 'file,class', expected 'path,label'")]
    [InlineData("", "got the header '', expected 'path,label'")]
    [InlineData("path,label\n\"a.png,red\n", "a quote is not closed")]
    public void Labels_that_cannot_be_used_are_refused(string content, string expected)
        => Assert.Contains(expected, Assert.Throws<DataException>(
            () => KnownLabels.Read(folder.Write("labels.csv", content), ["a.png", "b.png"])).Message);

    [Fact]
    public void A_missing_file_of_labels_is_refused()
        => Assert.Contains(
            "cannot be read as labels",
            Assert.Throws<DataException>(() => KnownLabels.Read(folder.PathOf("nowhere.csv"), ["a.png"])).Message);
}

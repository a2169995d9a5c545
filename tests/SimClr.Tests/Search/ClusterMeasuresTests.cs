using System.Globalization;
using SimClr.Clusters;
using SimClr.Tests.Evaluation;
using SimClr.Tests.Golden;

namespace SimClr.Tests.Search;

/// <summary>Measures of clusters, compared with scikit-learn's.</summary>
public sealed class ClusterMeasuresTests
{
    [Theory]
    [InlineData("0.29 0.24 0.24 0.25 0.22", 5)]     // no clear clusters: a split into two is passed over
    [InlineData("0.29 0.24 0.16 0.20 0.19", 2)]     // the later rise stays far below
    [InlineData("0.29 0.24 0.23 0.22 0.25", 2)]     // the last value may be the start of a rise
    [InlineData("0.55 0.24 0.24 0.50 0.22", 2)]     // two clear clusters
    [InlineData("0.29 0.24 0.30 0.25 0.22", 4)]
    [InlineData("0.29", 2)]
    public void The_number_is_chosen_by_the_silhouettes(string silhouettes, int expected)
        => Assert.Equal(expected, ClusterCount.Best([.. silhouettes.Split(' ').Select(
            (value, i) => new ClusterCountPoint(i + 2, double.Parse(value, CultureInfo.InvariantCulture), 0.9))]).K);

    [Fact]
    public void Agreement_is_that_of_scikit_learn()
    {
        var golden = GoldenFile.Read("groups.json");
        int[] labels = SearchTables.GoldenInts("labels");
        int[] clusters = SearchTables.GoldenInts("clusters");

        Assert.Equal(
            golden.GetProperty("nmi").GetDouble(),
            PartitionAgreement.NormalizedMutualInformation(labels, clusters),
            1e-12);
        Assert.Equal(
            golden.GetProperty("ari").GetDouble(), PartitionAgreement.AdjustedRandIndex(labels, clusters), 1e-12);
    }

    [Fact]
    public void Renumbered_clusters_agree_fully_and_a_single_cluster_says_nothing()
    {
        int[] one = [0, 0, 1, 1, 2, 2];
        int[] renamed = [5, 5, 0, 0, 9, 9];
        int[] whole = [1, 1, 1, 1, 1, 1];

        Assert.Equal(1, PartitionAgreement.NormalizedMutualInformation(one, renamed), 1e-12);
        Assert.Equal(1, PartitionAgreement.AdjustedRandIndex(one, renamed), 1e-12);
        Assert.Equal(0, PartitionAgreement.NormalizedMutualInformation(one, whole), 1e-12);
        Assert.Equal(0, PartitionAgreement.AdjustedRandIndex(one, whole), 1e-12);
        Assert.Equal(1, PartitionAgreement.NormalizedMutualInformation(whole, whole));
        Assert.Equal(1, PartitionAgreement.AdjustedRandIndex(whole, whole));
    }

    [Theory]
    [InlineData("clusters", "silhouettes")]
    [InlineData("clusters_alone", "silhouettes_alone")]
    public void Silhouettes_are_those_of_scikit_learn(string clusters, string expected)
    {
        double[] golden = GoldenFile.Read("groups.json").GetProperty(expected).Numbers();

        double[] actual = Silhouette.Values(SearchTables.Golden(), SearchTables.GoldenInts(clusters));

        Assert.All(golden.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 2e-6));
        Assert.Contains(golden, value => Math.Abs(value) > 0.1);
    }

    [Fact]
    public void The_mean_of_the_silhouettes_is_that_of_scikit_learn()
        => Assert.Equal(
            GoldenFile.Read("groups.json").GetProperty("silhouette").GetDouble(),
            Silhouette.Mean(SearchTables.Golden(), SearchTables.GoldenInts("clusters")),
            2e-6);

    [Fact]
    public void One_cluster_has_no_silhouette()
        => Assert.Throws<ArgumentException>(() => Silhouette.Mean(SearchTables.Angles(0, 1, 2), [1, 1, 1]));

    [Fact]
    public void Silhouette_finds_how_many_clouds_there_are()
    {
        ClusterCountChoice choice = ClusterCount.Choose(Tables.Clouds(240, 10, 6, 0.15, seed: 3));

        Assert.Equal(6, choice.K);
        Assert.Equal(240, choice.Rows);
        Assert.Equal(
            [2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 16, 18, 20, 24, 28, 32, 40, 50],
            choice.Sweep.Select(point => point.K));
        Assert.Equal(
            choice.Sweep.Max(point => point.Silhouette), choice.Sweep.Single(point => point.K == 6).Silhouette);
    }

    [Fact]
    public void No_more_clusters_are_tried_than_rows_differ()
        => Assert.Equal([2, 3], ClusterCount.Choose(SearchTables.Angles(0, 0, 0, 90, 90, 90, 200, 200, 200)).Sweep
            .Select(point => point.K));

    [Fact]
    public void Equal_rows_have_no_clusters_to_count()
        => Assert.Contains(
            "all 4 embeddings point the same way",
            Assert.Throws<DataException>(() => ClusterCount.Choose(SearchTables.Angles(7, 7, 7, 7))).Message);
}

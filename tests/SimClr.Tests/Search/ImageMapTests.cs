using SimClr.Embeddings;
using SimClr.Maps;
using SimClr.Tests.Evaluation;
using SimClr.Tests.Golden;

namespace SimClr.Tests.Search;

public sealed class ImageMapTests
{
    [Fact]
    public void Principal_components_are_those_of_scikit_learn_but_for_their_signs()
    {
        var golden = GoldenFile.Read("groups.json");
        double[] expected = golden.GetProperty("pca").Numbers();

        ImageMap map = Pca.Project(SearchTables.Golden());

        for (int axis = 0; axis < 2; axis++)
        {
            double[] own = [.. map.Coordinates.Where((_, i) => i % 2 == axis).Select(value => (double)value)];
            double[] theirs = [.. expected.Where((_, i) => i % 2 == axis)];
            double sign = Math.Sign(own[0] * theirs[0]);
            Assert.All(own.Zip(theirs), pair => Assert.Equal(pair.Second, sign * pair.First, 1e-5));
        }

        Assert.Equal(golden.GetProperty("explained").GetDouble(), map.Explained!.Value, 1e-6);
    }

    [Theory]
    [InlineData("pca", 5, "trustworthiness_pca")]
    [InlineData("pca", 12, "trustworthiness_pca_12")]
    [InlineData("random_map", 5, "trustworthiness_random")]
    public void Trustworthiness_is_that_of_scikit_learn(string map, int neighbors, string expected)
    {
        var golden = GoldenFile.Read("groups.json");
        var places = new ImageMap([.. golden.GetProperty(map).Numbers().Select(value => (float)value)]);

        Assert.Equal(
            golden.GetProperty(expected).GetDouble(),
            Trustworthiness.Measure(SearchTables.Golden(), places, neighbors),
            1e-9);
    }

    [Fact]
    public void Neighborhoods_keep_clouds_together_better_than_two_components_can()
    {
        EmbeddingTable table = Tables.Clouds(240, 16, 8, 0.3, seed: 2);

        ImageMap map = Umap.Project(table, new UmapOptions { Epochs = 150 });
        double components = Trustworthiness.Measure(table, Pca.Project(table));
        double neighborhoods = Trustworthiness.Measure(table, map);

        Assert.True(neighborhoods > 0.9, $"trustworthiness {neighborhoods}");
        Assert.True(neighborhoods > components, $"{neighborhoods} by neighborhoods, {components} by components");
        int[] nearest = [.. Enumerable.Range(0, 240).Select(row => Enumerable.Range(0, 240)
            .Where(other => other != row)
            .MinBy(other => Distance(map[row], map[other])))];
        Assert.True(nearest.Index().Count(pair => table.Labels![pair.Index] == table.Labels[pair.Item]) > 225);
    }

    [Fact]
    public void A_seed_fixes_the_map_and_another_gives_another()
    {
        EmbeddingTable table = Tables.Clouds(60, 8, 3, 0.5, seed: 2);
        float[] Places(long seed) => [.. Umap.Project(table, new UmapOptions { Epochs = 30, Seed = seed }).Coordinates];

        Assert.Equal(Places(1), Places(1));
        Assert.NotEqual(Places(1), Places(2));
    }

    [Fact]
    public void Weights_of_neighbors_add_up_to_the_logarithm_of_their_number()
    {
        float[] weights = NeighborGraph.Weights([0.1, 0.2, 0.25, 0.4, 0.5, 0.6, 0.8, 0.9]);

        Assert.Equal(3, weights.Sum(), 1e-4);
        Assert.Equal(1, weights[0]);
        Assert.Equal(weights.OrderDescending(), weights);
    }

    [Fact]
    public void Many_equal_rows_have_a_map()
    {
        EmbeddingTable table = SearchTables.Angles([.. Enumerable.Repeat(0.0, 30), 90, 91, 92, 180]);

        ImageMap map = Umap.Project(table, new UmapOptions { Epochs = 20, Neighbors = 5 });

        Assert.All(map.Coordinates, place => Assert.True(float.IsFinite(place)));
    }

    [Fact]
    public void Tables_without_a_map_are_refused()
    {
        Assert.Contains(
            "at least 4 to draw",
            Assert.Throws<DataException>(() => Umap.Project(SearchTables.Angles(1, 2, 3))).Message);
        Assert.Contains(
            "at least 3 to draw", Assert.Throws<DataException>(() => Pca.Project(SearchTables.Angles(1, 2))).Message);
        Assert.Contains(
            "all 5 embeddings",
            Assert.Throws<DataException>(() => Umap.Project(SearchTables.Angles(1, 1, 1, 1, 1))).Message);
        Assert.Contains(
            "all 5 embeddings",
            Assert.Throws<DataException>(() => Pca.Project(SearchTables.Angles(1, 1, 1, 1, 1))).Message);
    }

    private static double Distance((float X, float Y) one, (float X, float Y) other)
        => Math.Pow(one.X - other.X, 2) + Math.Pow(one.Y - other.Y, 2);
}

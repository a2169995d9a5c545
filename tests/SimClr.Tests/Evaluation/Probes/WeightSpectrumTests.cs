using System.Text.Json;
using SimClr.Evaluation;
using SimClr.Tests.Golden;
using static TorchSharp.torch;

namespace SimClr.Tests.Evaluation;

public sealed class WeightSpectrumTests
{
    [Theory]
    [InlineData("square", true)]
    [InlineData("wide", false)]
    public void Values_are_those_of_a_plain_computation(string matrix, bool square)
    {
        JsonElement golden = GoldenFile.Read("spectrum.json");
        using Tensor weights = golden.GetProperty(matrix).Tensor();

        var spectrum = WeightSpectrum.Compute(weights);

        Assert.Equal(square, spectrum.IsSquare);
        double[] expected = golden.GetProperty($"{matrix}_values").Numbers();
        Assert.Equal(expected.Length, spectrum.Values.Count);
        Assert.All(expected.Zip(spectrum.Values), pair => Assert.Equal(pair.First, pair.Second, 1e-9));
    }

    [Fact]
    public void A_tall_matrix_has_the_singular_values_of_its_transpose()
    {
        using Tensor wide = GoldenFile.Read("spectrum.json").GetProperty("wide").Tensor();
        using Tensor tall = wide.t();
        var spectrum = WeightSpectrum.Compute(tall);
        Assert.Equal((9, 5), (spectrum.Rows, spectrum.Columns));
        Assert.All(
            spectrum.Values.Zip(WeightSpectrum.Compute(wide).Values),
            pair => Assert.Equal(pair.Second, pair.First, 1e-9));
    }

    [Theory]
    [InlineData(new[] { 1.0, 1, 1, 1 }, 4, 0)]
    [InlineData(new[] { 3.0, 0, 0, 0 }, 1, 0.75)]
    [InlineData(new[] { 1.0, 1, 0.05, 0.05 }, 2.0348, 0.5)]
    [InlineData(new[] { 0.0, 0, 0, 0 }, 0, 0)]
    public void Effective_rank_and_share_tell_how_many_directions_are_kept(double[] diagonal, double rank, double share)
    {
        using Tensor values = tensor(diagonal, device: CPU);
        using Tensor weights = values.diag();
        var spectrum = WeightSpectrum.Compute(weights);
        Assert.Equal(rank, spectrum.EffectiveRank, 1e-3);
        Assert.Equal(share, spectrum.ShareBelowOnePercent, 1e-12);
    }

    [Fact]
    public void Weights_that_are_not_finite_are_refused()
    {
        using Tensor weights = tensor(new[] { 1.0, double.NaN }, [1, 2], device: CPU);
        DataException error = Assert.Throws<DataException>(() => WeightSpectrum.Compute(weights));
        Assert.Contains("not finite", error.Message, StringComparison.Ordinal);
    }
}

using System.Text.Json;
using CsCheck;
using SimClr.Losses;
using SimClr.Tests.Golden;
using TorchSharp;
using static TorchSharp.torch;

namespace SimClr.Tests.Losses;

public sealed class NtXentLossTests : IDisposable
{
    private readonly DisposeScope scope = NewDisposeScope();

    public void Dispose() => scope.Dispose();

    public static TheoryData<string> Cases
        => [.. GoldenFile.Read("nt_xent.json").EnumerateArray().Select(c => c.GetProperty("name").GetString()!)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Loss_and_gradients_equal_the_reference_in_double(string name)
    {
        JsonElement golden = Golden(name);
        (Tensor loss, Tensor grad1, Tensor grad2) = Run(golden, ScalarType.Float64);
        Assert.Equal(golden.GetProperty("loss").GetDouble(), loss.item<double>(), 1e-10);

        // Where the positive has nearly all of the probability, the reference computes 1 − p of a p within 1e-12 of 1:
        // a double holds four digits of that.
        double tolerance = name == "cold" ? 1e-4 : 1e-10;
        AssertClose(grad1, golden.GetProperty("grad_z1").Tensor(), tolerance);
        AssertClose(grad2, golden.GetProperty("grad_z2").Tensor(), tolerance);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Loss_and_gradients_equal_the_reference_in_float32(string name)
    {
        JsonElement golden = Golden(name);
        (Tensor loss, Tensor grad1, Tensor grad2) = Run(golden, ScalarType.Float32);
        double expected = golden.GetProperty("loss").GetDouble();
        Assert.Equal(expected, loss.item<float>(), 1e-5 * Math.Max(1, expected));
        AssertClose(grad1, golden.GetProperty("grad_z1").Tensor(), 1e-5);
        AssertClose(grad2, golden.GetProperty("grad_z2").Tensor(), 1e-5);
    }

    [Fact]
    public void It_equals_a_slow_loop_over_equation_1()
    {
        Gen.Select(Gen.Int[1, 6], Gen.Int[1, 5], Gen.OneOf(Gen.Const(0.01), Gen.Double[0.05, 2]), Gen.Int[0, 1000])
            .Sample((n, d, tau, seed) =>
            {
                using var _ = NewDisposeScope();
                using var generator = new Generator((ulong)seed);
                Tensor z1 = randn([n, d], dtype: ScalarType.Float64, generator: generator);
                Tensor z2 = randn([n, d], dtype: ScalarType.Float64, generator: generator);
                double loss = new NtXentLoss(tau).Forward(z1, z2).item<double>();
                Assert.Equal(SlowLoop(Rows(z1), Rows(z2), tau), loss, 1e-9);
            }, iter: 50);
    }

    [Fact]
    public void On_random_projections_it_is_near_its_chance_level()
    {
        const int n = 512;
        using var generator = new Generator(3);
        var loss = new NtXentLoss(0.5);
        double value = loss.Forward(randn([n, 128], generator: generator), randn([n, 128], generator: generator))
            .item<float>();
        Assert.Equal(Math.Log((2 * n) - 1), loss.ChanceLevel(n), 1e-12);
        Assert.Equal(loss.ChanceLevel(n), value, 0.03);
    }

    [Fact]
    public void Half_precision_projections_at_a_low_temperature_stay_finite()
    {
        using var generator = new Generator(4);
        Tensor z = randn([8, 16], generator: generator);
        foreach (ScalarType type in new[] { ScalarType.Float16, ScalarType.BFloat16 })
        {
            Tensor z1 = z.to_type(type).detach().requires_grad_();
            Tensor loss = new NtXentLoss(0.01).Forward(z1, z.neg().to_type(type));
            loss.backward();
            Assert.Equal(ScalarType.Float32, loss.dtype);
            Assert.True(loss.isfinite().item<bool>());
            Assert.True(z1.grad!.isfinite().all().item<bool>());
        }
    }

    [Fact]
    public void Two_identical_images_are_negatives_because_self_is_masked_by_index()
    {
        // All four views are equal: each of the three candidates gets a third of the probability.
        Tensor z = ones(2, 4);
        Assert.Equal(Math.Log(3), new NtXentLoss(0.1).Forward(z, z).item<float>(), 1e-5);
    }

    [Fact]
    public void Zero_projections_give_a_finite_loss_and_gradient()
    {
        Tensor z = zeros(3, 4).requires_grad_();
        Tensor loss = new NtXentLoss(0.5).Forward(z, zeros(3, 4));
        loss.backward();
        Assert.Equal(Math.Log(5), loss.item<float>(), 1e-5);
        Assert.True(z.grad!.isfinite().all().item<bool>());
    }

    [Fact]
    public void One_image_has_no_negatives_and_loss_0()
        => Assert.Equal(0, new NtXentLoss(0.5).Forward(randn(1, 4), randn(1, 4)).item<float>(), 1e-6);

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_temperature_that_is_not_above_0_is_refused(double temperature)
        => Assert.Throws<ArgumentOutOfRangeException>(() => new NtXentLoss(temperature));

    [Fact]
    public void Projections_of_different_shapes_are_refused_with_both_shapes()
    {
        var error = Assert.Throws<ArgumentException>(() => new NtXentLoss(1).Forward(ones(2, 3), ones(3, 3)));
        Assert.Contains("[2, 3]", error.Message, StringComparison.Ordinal);
        Assert.Contains("[3, 3]", error.Message, StringComparison.Ordinal);
    }

    private static JsonElement Golden(string name)
        => GoldenFile.Read("nt_xent.json").EnumerateArray().Single(c => c.GetProperty("name").GetString() == name);

    private static (Tensor Loss, Tensor Grad1, Tensor Grad2) Run(JsonElement golden, ScalarType type)
    {
        Tensor z1 = golden.GetProperty("z1").Tensor(type).requires_grad_();
        Tensor z2 = golden.GetProperty("z2").Tensor(type).requires_grad_();
        Tensor loss = new NtXentLoss(golden.GetProperty("temperature").GetDouble()).Forward(z1, z2);
        loss.backward();
        return (loss, z1.grad!, z2.grad!);
    }

    /// <summary>
    /// Relative to the largest gradient, which is 1e-6 for long projections and 1e-11 at a low temperature.
    /// </summary>
    private static void AssertClose(Tensor actual, Tensor expected, double tolerance)
    {
        double scale = expected.abs().max().item<double>();
        double difference = actual.LargestDifference(expected);
        Assert.True(difference < tolerance * scale, $"gradients differ by {difference}, the largest is {scale}");
    }

    private static double[][] Rows(Tensor z)
        => [.. Enumerable.Range(0, (int)z.shape[0]).Select(i => z[i].data<double>().ToArray())];

    private static double SlowLoop(double[][] z1, double[][] z2, double tau)
    {
        double[][] z = [.. z1, .. z2];
        double total = 0;
        for (int i = 0; i < z.Length; i++)
        {
            int positive = (i + z1.Length) % z.Length;
            double sum = 0;
            for (int k = 0; k < z.Length; k++)
            {
                sum += k == i ? 0 : Math.Exp(Cosine(z[i], z[k]) / tau);
            }

            total -= Math.Log(Math.Exp(Cosine(z[i], z[positive]) / tau) / sum);
        }

        return total / z.Length;
    }

    private static double Cosine(double[] a, double[] b)
    {
        double Dot(double[] x, double[] y) => x.Zip(y, (p, q) => p * q).Sum();
        return Dot(a, b) / Math.Sqrt(Dot(a, a) * Dot(b, b));
    }
}

using SimClr.Distributed;
using SimClr.Layers;
using SimClr.Tests.Distributed;
using SimClr.Tests.Golden;
using TorchSharp;
using static TorchSharp.torch;

namespace SimClr.Tests.Internals;

/// <summary>Batch norm over ranks, compared with PyTorch's batch norm over the views of all ranks.</summary>
public sealed class SyncBatchNormTests : IDisposable
{
    private readonly DisposeScope scope = NewDisposeScope();

    public void Dispose() => scope.Dispose();

    [Theory]
    [InlineData(ScalarType.Float64, ScalarType.Float64, 1e-12)]
    [InlineData(ScalarType.Float32, ScalarType.Float32, 5e-5)]
    [InlineData(ScalarType.Float32, ScalarType.BFloat16, 2e-2)]
    public void It_computes_the_same_as_one_process(ScalarType weights, ScalarType pixels, double tolerance)
    {
        foreach (int[] shares in new[] { new[] { 4, 4 }, [3, 4, 5], [1, 2] })
        {
            int rows = shares.Sum();
            Tensor x = Values([rows, 16, 3, 5], 1).add(3);
            Tensor g = Values([rows, 16, 3, 5], 2);
            Assert.All(
                Differences(x.to_type(pixels), g.to_type(pixels), weights, shares),
                d => Assert.True(d.Value <= tolerance, $"{d.Key}: {d.Value}"));
        }
    }

    [Fact]
    public void Vectors_are_normalized_too()
    {
        Dictionary<string, double> differences = Differences(
            Values([6, 8], 1), Values([6, 8], 2), ScalarType.Float64, [2, 4]);
        Assert.All(differences, d => Assert.True(d.Value < 1e-12, $"{d.Key}: {d.Value}"));
    }

    [Fact]
    public void A_mean_far_from_zero_costs_no_digits()
    {
        Tensor x = Values([8, 4, 5, 5], 1).add(1000);
        Tensor y = Ranked(x, Values([8, 4, 5, 5], 2), ScalarType.Float32, [4, 4]).Y;
        Tensor exact = Alone(x, Values([8, 4, 5, 5], 2), ScalarType.Float64).Y;
        Assert.True(y.LargestDifference(exact) < 1e-3);
    }

    [Fact]
    public void Separate_norms_per_rank_compute_something_else()
    {
        Tensor x = cat([Values([4, 4, 5, 5], 1), Values([4, 4, 5, 5], 3).add(2)]);
        Tensor whole = Alone(x, x, ScalarType.Float64).Y;
        Tensor halves = cat([Alone(x[..4], x[..4], ScalarType.Float64).Y, Alone(x[4..], x[4..], ScalarType.Float64).Y]);
        Assert.True(whole.LargestDifference(halves) > 0.1);
    }

    [Theory]
    [InlineData(ScalarType.Float64, ScalarType.Float64, 1e-12)]
    [InlineData(ScalarType.Float32, ScalarType.Float32, 1e-5)]
    [InlineData(ScalarType.BFloat16, ScalarType.Float32, 1e-5)]
    public void Moments_by_the_operator_are_those_from_sums(ScalarType values, ScalarType type, double tolerance)
    {
        foreach (bool channelsLast in new[] { true, false })
        {
            Tensor x = Values([6, 5, 7, 32], 1).to_type(values);
            x = channelsLast ? x.permute(0, 3, 1, 2) : x.permute(0, 3, 1, 2).contiguous();
            var (mean, variance) = ChannelMoments.Native(x, type)!.Value;
            var (sumMean, sumVariance) = ChannelMoments.FromSums(x, type);
            Assert.Equal((type, type), (mean.dtype, variance.dtype));
            Assert.True(mean.LargestDifference(sumMean) < tolerance);
            Assert.True(variance.LargestDifference(sumVariance) < tolerance);
        }
    }

    [Fact]
    public void It_leaves_no_tensor_behind()
    {
        ThreadRanks.Run(2, ranks =>
        {
            using var all = NewDisposeScope();
            using SyncBatchNorm norm = SyncBatchNorm.ForImages(4);
            norm.Totals = new Totals(ranks);
            Tensor x = Values([4, 4, 5, 5], 1).to_type(ScalarType.Float32).requires_grad_();
            Step();
            using var count = new TensorCount();
            Step();
            Assert.Equal(0, count.Growth);

            void Step()
            {
                using var step = NewDisposeScope();
                norm.forward(x).sum().backward();
                norm.weight!.grad = null;
                norm.bias!.grad = null;
                x.grad = null;
            }
        });
    }

    private Dictionary<string, double> Differences(Tensor x, Tensor g, ScalarType type, int[] shares)
    {
        Outcome alone = Alone(x, g, type);
        Outcome ranked = Ranked(x, g, type, shares);
        return alone.ByName.ToDictionary(t => t.Key, t => t.Value.LargestDifference(ranked.ByName[t.Key])
            / t.Value.abs().max().to_type(ScalarType.Float64).item<double>());
    }

    private static Outcome Alone(Tensor x, Tensor g, ScalarType type) => Pass(x, g, type, null);

    private Outcome Ranked(Tensor x, Tensor g, ScalarType type, int[] shares)
    {
        int[] starts = [.. shares.Select((_, i) => shares[..i].Sum())];
        Outcome[] parts = ThreadRanks.Run(shares.Length, ranks =>
        {
            using var own = NewDisposeScope();
            (int start, int rows) = (starts[ranks.Rank], shares[ranks.Rank]);
            Outcome outcome = Pass(x.narrow(0, start, rows), g.narrow(0, start, rows), type, new Totals(ranks));
            foreach (Tensor tensor in outcome.ByName.Values)
            {
                tensor.DetachFromDisposeScope();
            }

            return outcome;
        });
        foreach (Tensor tensor in parts.SelectMany(part => part.ByName.Values))
        {
            scope.Attach(tensor);
        }

        Assert.All(
            parts, part => Assert.True(part.Mean.Equals(parts[0].Mean) && part.Variance.Equals(parts[0].Variance)));
        return new Outcome(
            cat([.. parts.Select(p => p.Y)]), cat([.. parts.Select(p => p.ByX)]),
            parts.Select(p => p.ByScale).Aggregate((a, b) => a + b),
            parts.Select(p => p.ByShift).Aggregate((a, b) => a + b), parts[0].Mean, parts[0].Variance);
    }

    private static Outcome Pass(Tensor x, Tensor g, ScalarType type, IRankTotals? totals)
    {
        using SyncBatchNorm norm = x.dim() == 4
            ? SyncBatchNorm.ForImages(x.shape[1])
            : SyncBatchNorm.ForVectors(x.shape[1]);
        norm.to(type);
        norm.Totals = totals;
        using (no_grad())
        {
            norm.weight!.copy_(Values([x.shape[1]], 3).add(1));
            norm.bias!.copy_(Values([x.shape[1]], 4));
        }

        Tensor leaf = x.to_type(x.dtype == ScalarType.BFloat16 ? x.dtype : type).detach().clone().requires_grad_();
        Tensor y = norm.forward(leaf);
        y.backward([g.to_type(y.dtype)]);
        Assert.Equal(1, norm.num_batches_tracked!.item<long>());
        return new Outcome(
            y.detach(),
            leaf.grad!,
            norm.weight!.grad!.clone(),
            norm.bias!.grad!.clone(),
            norm.running_mean!.clone(),
            norm.running_var!.clone());
    }

    private static Tensor Values(long[] shape, ulong seed)
    {
        using var generator = new Generator(seed);
        return rand(shape, dtype: ScalarType.Float64, generator: generator);
    }

    private sealed record Outcome(Tensor Y, Tensor ByX, Tensor ByScale, Tensor ByShift, Tensor Mean, Tensor Variance)
    {
        public Dictionary<string, Tensor> ByName => new()
        {
            [nameof(Y)] = Y,
            [nameof(ByX)] = ByX,
            [nameof(ByScale)] = ByScale,
            [nameof(ByShift)] = ByShift,
            [nameof(Mean)] = Mean,
            [nameof(Variance)] = Variance,
        };
    }

    private sealed class Totals(ICommunicator ranks) : IRankTotals
    {
        public RootedGradients Handed { get; } = new();

        public void Sum(Tensor values) => ranks.AllReduce(values);

        public void FailInBackward(Exception error) => throw error;
    }
}

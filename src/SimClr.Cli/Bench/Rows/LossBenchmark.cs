using SimClr.Diagnostics;
using SimClr.Internals;
using SimClr.Losses;
using SimClr.Training;
using static TorchSharp.torch;

namespace SimClr.Cli.Bench;

/// <summary>
/// NT-Xent as used in training, forward and backward, compared with the form that holds the whole similarity matrix.
/// </summary>
internal static class LossBenchmark
{
    private const int Dimension = 128;
    private const double Megabyte = 1 << 20;

    public static IEnumerable<BenchRow> Time(BenchSettings settings, CancellationToken cancellation)
    {
        ComputePlan plan = ComputePlan.Resolve(settings.BaseOptions, customEncoder: false);
        plan.Begin();
        IContrastiveLoss used = LossCatalog.Create(settings.BaseOptions.Loss);
        using var projections = new Projections(settings.LossImages, plan.Device);
        Tensor Dense(Tensor z1, Tensor z2) => DenseLoss(z1, z2, settings.BaseOptions.Loss.Temperature);
        projections.Differentiate(used.Forward);
        projections.Differentiate(Dense);
        double[][] figures = SideBySide.Run(
            settings.Rounds,
            cancellation,
            () => 1 / SideBySide.Rate(() => projections.Differentiate(used.Forward), settings.Duration),
            () => 1 / SideBySide.Rate(() => projections.Differentiate(Dense), settings.Duration));
        yield return new BenchRow(
            "loss_time",
            $"NT-Xent forward and backward, N = {settings.LossImages}, d = {Dimension}: time against the dense form",
            Spread.FromRatio(figures[0], figures[1]),
            "of the dense form's time",
            Target.Max(1))
        {
            Figures = new Dictionary<string, double>
            {
                ["seconds"] = Spread.FromValues(figures[0]).Median,
                ["dense_seconds"] = Spread.FromValues(figures[1]).Median,
            },
        };
    }

    /// <summary>
    /// Measures the peak memory of NT-Xent at N = 16,384, beyond the projections and their gradients.
    /// </summary>
    public static IEnumerable<BenchRow> Memory(BenchSettings settings, CancellationToken cancellation)
    {
        ComputePlan plan = ComputePlan.Resolve(settings.BaseOptions, customEncoder: false);
        plan.Begin();
        IContrastiveLoss used = LossCatalog.Create(settings.BaseOptions.Loss);
        using var warm = new Projections(settings.LossImages / 8, plan.Device);
        warm.Differentiate(used.Forward);   // starts the threads and allocates the buffers of the matrix products
        using var projections = new Projections(settings.ManyLossImages, plan.Device);
        Device place = device(plan.Device);
        long before = MemoryUse.Now(place);
        double peak = MemoryUse.Peak(() => projections.Differentiate(used.Forward), place);
        double gradients = 2.0 * settings.ManyLossImages * Dimension * sizeof(float);
        yield return new BenchRow(
            "loss_memory",
            $"NT-Xent forward and backward, N = {settings.ManyLossImages}, d = {Dimension}: memory beyond the "
                + "inputs and their gradients",
            Spread.FromValues([(peak - before - gradients) / Megabyte]),
            "MB",
            Target.Max(256))
        {
            Figures = new Dictionary<string, double>
            {
                ["dense_similarities_mb"] =
                    4.0 * settings.ManyLossImages * settings.ManyLossImages * sizeof(float) / Megabyte,
            },
        };
    }

    /// <summary>Computes the paper's equation literally, with all 2N × 2N similarities in memory.</summary>
    private static Tensor DenseLoss(Tensor z1, Tensor z2, double temperature)
    {
        using var scope = NewDisposeScope();
        long n = z1.shape[0];
        Tensor z = nn.functional.normalize(cat([z1, z2]), p: 2, dim: 1);
        Tensor similarity = z.matmul(z.t()).div(RootedScalars.From(temperature));
        Tensor self = eye(2 * n, dtype: ScalarType.Bool, device: z.device);
        Tensor partner = arange(RootedScalars.Zero, RootedScalars.From(2 * n), RootedScalars.One, device: z.device)
            .Plus(RootedScalars.From(n))
            .remainder(RootedScalars.From(2 * n));
        return nn.functional.cross_entropy(similarity.masked_fill(self, RootedScalars.MinusInfinity), partner)
            .MoveToOuterDisposeScope();
    }

    /// <summary>Pseudorandom projections of both views, with gradients.</summary>
    private sealed class Projections : IDisposable
    {
        private readonly Tensor first;
        private readonly Tensor second;

        public Projections(int images, string device)
        {
            var place = TorchSharp.torch.device(device);
            first = Pattern(images, 1, place);
            second = Pattern(images, 2, place);
        }

        public void Differentiate(Func<Tensor, Tensor, Tensor> loss)
        {
            using var scope = NewDisposeScope();
            first.grad = null;
            second.grad = null;
            Tensor value = loss(first, second);
            value.backward();
            value.item<float>();
        }

        public void Dispose()
        {
            first.Dispose();
            second.Dispose();
        }

        /// <summary>
        /// Returns non-repeating waves, which serve as well as random numbers here and need no global generator state.
        /// </summary>
        private static Tensor Pattern(int images, double phase, Device device)
        {
            using var scope = NewDisposeScope();
            return arange(
                RootedScalars.Zero,
                RootedScalars.From((long)images * Dimension),
                RootedScalars.One,
                ScalarType.Float32,
                device)
                .mul(RootedScalars.From(0.7548777)).Plus(RootedScalars.From(phase)).sin().reshape(
                    images, Dimension).requires_grad_().MoveToOuterDisposeScope();
        }
    }
}

using SimClr.Losses;
using SimClr.Training;
using static TorchSharp.torch;

namespace SimClr.Cli.Bench;

/// <summary>NT-Xent as training uses it, forward and backward, against the form that holds the whole similarity matrix.</summary>
internal static class LossBenchmark
{
    private const int Dimension = 128;

    public static IEnumerable<BenchRow> Time(BenchSettings settings, CancellationToken cancellation)
    {
        ComputePlan plan = ComputePlan.Resolve(settings.Basis, ownEncoder: false);
        set_num_threads(plan.Threads);
        IContrastiveLoss used = LossCatalog.Create(settings.Basis.Loss);
        IContrastiveLoss dense = new NtXentLoss(settings.Basis.Loss.Temperature);
        using var projections = new Projections(settings.LossImages, plan.Device);
        projections.Differentiate(used);
        projections.Differentiate(dense);
        double[][] figures = SideBySide.Run(
            settings.Rounds,
            cancellation,
            () => 1 / SideBySide.Rate(() => projections.Differentiate(used), settings.Span),
            () => 1 / SideBySide.Rate(() => projections.Differentiate(dense), settings.Span));
        yield return new BenchRow(
            "loss_time",
            $"NT-Xent forward and backward, N = {settings.LossImages}, d = {Dimension}: time against the dense form",
            Spread.OfRatio(figures[0], figures[1]),
            "of the dense form's time",
            Target.Most(1))
        {
            Figures = new Dictionary<string, double>
            {
                ["seconds"] = Spread.Of(figures[0]).Median,
                ["dense_seconds"] = Spread.Of(figures[1]).Median,
            },
        };
    }

    /// <summary>Random projections of both views, with gradients.</summary>
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

        public void Differentiate(IContrastiveLoss loss)
        {
            using var scope = NewDisposeScope();
            first.grad = null;
            second.grad = null;
            Tensor value = loss.Forward(first, second);
            value.backward();
            value.item<float>();
        }

        public void Dispose()
        {
            first.Dispose();
            second.Dispose();
        }

        /// <summary>Waves that do not repeat: as good as random numbers here, and without a generator's global state.</summary>
        private static Tensor Pattern(int images, double phase, Device device)
        {
            using var scope = NewDisposeScope();
            return arange((long)images * Dimension, dtype: ScalarType.Float32, device: device)
                .mul(0.7548777).add(phase).sin().reshape(images, Dimension).requires_grad_().MoveToOuterDisposeScope();
        }
    }
}

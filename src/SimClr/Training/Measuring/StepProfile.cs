using System.Diagnostics;
using SimClr.Configuration;
using SimClr.Data;
using SimClr.Internals;
using SimClr.Losses;
using SimClr.Optimizers;
using static TorchSharp.torch;

namespace SimClr.Training;

/// <summary>The time of training steps by part, in seconds over all steps.</summary>
/// <param name="Steps">The number of timed steps.</param>
/// <param name="Total">The time of these steps.</param>
/// <param name="InputWait">Waiting for batches of views.</param>
/// <param name="EncoderForward">The encoder, pixels to h.</param>
/// <param name="EncoderBackward">The gradients of the encoder.</param>
/// <param name="Head">The projection head, forward and backward.</param>
/// <param name="Loss">The loss, forward and backward.</param>
/// <param name="Optimizer">Zeroing the gradients, and the update.</param>
public sealed record StepProfile(
    int Steps,
    double Total,
    double InputWait,
    double EncoderForward,
    double EncoderBackward,
    double Head,
    double Loss,
    double Optimizer)
{
    /// <summary>Everything else: checks for numbers that are not finite, and bookkeeping.</summary>
    public double Rest => Total - InputWait - EncoderForward - EncoderBackward - Head - Loss - Optimizer;

    /// <summary>
    /// Trains for some steps as a run does, except that gradients are passed from part to part explicitly, which gives
    /// the same result and lets each part be timed. The first step is a warm-up and does not count.
    /// </summary>
    /// <param name="options">The configuration of the run.</param>
    /// <param name="images">The training images, at least one batch; reused as often as needed.</param>
    /// <param name="steps">The number of steps to time.</param>
    /// <param name="cancellation">Stops after the current step.</param>
    public static StepProfile Measure(
        PretrainOptions options, ImageDataSet images, int steps, CancellationToken cancellation = default)
    {
        using var parts = new Parts(options);
        var skipped = new SkippedImages(images, options.Data);
        ImageDataSet readable = ImageCache.Load(images, options.Data, skipped, null, cancellation);
        DataSetRequirements.RequireTrainable(readable, options.Batch.Size);
        var views = new ViewWriter(options.Views, options.Seed);
        var loader = new BatchLoader(
            readable, parts.Input.Memory, views.Write, skipped, options.Data.Workers, substituteUnreadable: true)
        {
            AwaitFree = parts.Input.Await,
        };
        var clock = new Stopwatch();
        TimeSpan waitedBefore = default;
        foreach (ImageBatch batch in loader.Load(Plans(options, readable.Count, steps + 1), cancellation))
        {
            parts.Step(batch);
            if (!clock.IsRunning)
            {
                parts.Clear();
                waitedBefore = loader.WaitTime;
                clock.Start();
            }
        }

        return parts.Profile(steps, clock.Elapsed.TotalSeconds, (loader.WaitTime - waitedBefore).TotalSeconds);
    }

    private static IEnumerable<BatchPlan> Plans(PretrainOptions options, int images, int steps)
        => BatchOrder.Plans(options.Seed, images, options.Batch.Size, 0, steps, batch => [batch]);

    /// <summary>The parts of a run, each with its time.</summary>
    private sealed class Parts : IDisposable
    {
        private readonly SimClrModel model;
        private readonly ComputePlan plan;
        private readonly Optimizer optimizer;
        private readonly DivergenceGuard guard;
        private readonly IContrastiveLoss loss;
        private readonly int views;
        private readonly Device place;
        private readonly MallocTuning memory = new();
        private readonly Dictionary<string, double> seconds = [];

        public Parts(PretrainOptions options)
        {
            plan = ComputePlan.Resolve(options, customEncoder: false);
            plan.Begin();
            views = 2 * options.Batch.Size;
            place = device(plan.Device);
            model = SimClrModel.Create(options, plan.Device, customEncoder: null);
            optimizer = OptimizerCatalog.Create(options.Optimizer, ParameterGroups.FromModule(model));
            Input = new PixelRing(views, options.Views.Size, plan.Device, plan.InputType);
            guard = new DivergenceGuard(options, new RunCalendar(1, long.MaxValue, options.Checkpoint), 0, place);
            loss = LossCatalog.Create(options.Loss);
            model.train();
        }

        /// <summary>The buffers of the batches.</summary>
        public PixelRing Input { get; }

        public void Clear() => seconds.Clear();

        public void Step(ImageBatch batch)
        {
            using var scope = NewDisposeScope();
            Tensor x = Input.Take(batch.Slot, views);
            Tensor h = Timed("encoder_forward", () => model.Encoder.forward(x));
            Tensor hLeaf = h.detach().requires_grad_();
            Tensor z = Timed("head", () => model.Head.forward(hLeaf));
            Tensor zLeaf = z.detach().requires_grad_();
            long n = z.shape[0] / 2;
            Tensor value = Timed("loss", () => loss.Forward(zLeaf.narrow(0, 0, n), zLeaf.narrow(0, n, n)));
            Timed("optimizer", optimizer.ZeroGradients);
            Timed("loss", () => value.backward());
            Timed("head", () => z.backward([zLeaf.grad!]));
            Timed("encoder_backward", () => h.backward([hLeaf.grad!]));
            guard.Observe(value, optimizer);
            Timed("optimizer", () => optimizer.Step(1e-3));
        }

        public StepProfile Profile(int steps, double total, double wait) => new(
            steps, total, wait, SecondsOf("encoder_forward"), SecondsOf("encoder_backward"), SecondsOf("head"),
            SecondsOf("loss"), SecondsOf("optimizer"));

        public void Dispose()
        {
            guard.Dispose();
            Input.Dispose();
            optimizer.Dispose();
            model.Dispose();
            memory.Dispose();
            plan.End();
        }

        private double SecondsOf(string part) => seconds.GetValueOrDefault(part);

        private void Timed(string part, Action action) => Timed(part, () =>
        {
            action();
            return true;
        });

        private T Timed<T>(string part, Func<T> action)
        {
            long start = DeviceClock.Now(place);
            T result = action();
            seconds[part] = SecondsOf(part) + Stopwatch.GetElapsedTime(start, DeviceClock.Now(place)).TotalSeconds;
            return result;
        }
    }
}

using SimClr.Checkpoints;
using SimClr.Configuration;
using SimClr.Data;
using SimClr.Heads;
using SimClr.Internals;
using SimClr.Optimizers;
using TorchSharp;
using static TorchSharp.torch;

namespace SimClr.Training;

/// <summary>
/// A linear layer that learns the classes from h while the encoder is pre-trained, as in the paper's code. The gradient
/// stops at h, so the encoder is bit-identical with and without it. Learning rate and momentum are those of linear
/// evaluation (Appendix B.6), over the steps of the run.
/// </summary>
internal sealed class OnlineProbe : IRunObserver, IDisposable
{
    private const double BaseRate = 0.1;
    private const int ViewsPerImage = 2;

    private readonly ImageTable labels;
    private readonly LearningRateSchedule schedule;
    private readonly LinearClassifier layer;
    private readonly Sgd optimizer;
    private readonly Tensor right;
    private readonly World world;
    private readonly int batch;
    private long seenViews;

    private OnlineProbe(ImageDataSet images, int representation, PretrainOptions options, ComputePlan plan, World world)
    {
        this.world = world;
        batch = options.Batch.Size;
        labels = ImageTable.FromLabels(images.RequireLabels());
        schedule = plan.HasEarlierSchedule
            ? LearningRateSchedule.ForEarlierRun(
                images.Count, options.Schedule.Epochs, batch, warmupEpochs: 0, BaseRate * batch / 256)
            : new LearningRateSchedule(
                images.Count, options.Schedule.Epochs, batch, warmupEpochs: 0, BaseRate * batch / 256);
        layer = new LinearClassifier(representation, LabeledImages.Classes(images));
        layer.to(device(plan.Device));
        optimizer = new Sgd(ParameterGroups.FromModule(layer));
        right = zeros(1, dtype: ScalarType.Int64, device: device(plan.Device)).DetachFromDisposeScope();
    }

    /// <summary>The tensors that a bit-exact resume needs, by name.</summary>
    public IEnumerable<KeyValuePair<string, Tensor>> State
        => ModuleState.Enumerate(layer).Select(s => KeyValuePair.Create($"probe.{s.Key}", s.Value))
            .Concat(optimizer.State.Select(s => KeyValuePair.Create($"probe_optimizer.{s.Key}", s.Value)));

    /// <summary>Creates a probe if the options request one; otherwise returns null.</summary>
    public static OnlineProbe? For(
        ImageDataSet images, int representation, PretrainOptions options, ComputePlan plan, World? world = null)
        => options.OnlineLinear ? new OnlineProbe(images, representation, options, plan, world ?? World.Solo) : null;

    /// <exception cref="DataException">There are no labels, or all of them name one class.</exception>
    public static void CheckLabels(ImageDataSet images)
    {
        if (images.Labels is null)
        {
            throw new DataException(
                $"'{images.Name}' has no labels, but the online linear layer (online_linear) needs them; "
                    + "turn it off, or provide images in one subfolder per class");
        }

        LabeledImages.RequireClasses(images);
    }

    /// <inheritdoc/>
    public void OnGradient(StepOutcome outcome, TrainingState state) => Learn(outcome, state.Step);

    /// <summary>Classifies the views of a step, and then learns from them.</summary>
    /// <param name="step">The outcome of the step.</param>
    /// <param name="number">The number of the step, from 0.</param>
    public void Learn(StepOutcome step, long number)
    {
        using var scope = NewDisposeScope();
        Tensor h = step.H.detach().to_type(ScalarType.Float32);                            // [V · N, r]
        Tensor y = labels.Rows(step.Images);                                               // [V · N]
        Tensor logits = layer.forward(h);
        right.add_(logits.detach().argmax(1).eq(y).sum(), RootedScalars.One);
        seenViews += h.shape[0];

        optimizer.ZeroGradients();
        Tensor loss = nn.functional.cross_entropy(logits, y);


        // The mean over this process's views, weighted by its share of the batch: the sum over the world is the mean
        // over all views.
        double weight = (double)h.shape[0] / (ViewsPerImage * batch);
        loss = weight == 1 ? loss : loss.mul(RootedScalars.From(weight));
        loss.backward();
        foreach (Tensor gradients in optimizer.Gradients)
        {
            world.Sum(gradients);
        }

        optimizer.Step(schedule.At(number));
    }

    /// <summary>
    /// Returns the share of views since the last call that were classified correctly before the layer learned from
    /// them; null without views.
    /// </summary>
    public double? Top1()
    {
        using var scope = NewDisposeScope();   // roots what is read back from a device
        (long correct, long seen) = world.Sum(right.item<long>(), seenViews);
        double? share = seen > 0 ? (double)correct / seen : null;
        right.zero_();
        seenViews = 0;
        return share;
    }

    public void Dispose()
    {
        optimizer.Dispose();
        layer.Dispose();
        right.Dispose();
        labels.Dispose();
    }
}

using Microsoft.Extensions.Logging.Abstractions;
using SimClr.Checkpoints;
using SimClr.Configuration;
using SimClr.Data;
using SimClr.Distributed;
using SimClr.Optimizers;

namespace SimClr.Training;

/// <summary>Fine-tunes a fresh network with one setting.</summary>
/// <param name="start">The starting point of the network.</param>
/// <param name="configuration">The options of views, reading and seed.</param>
/// <param name="plan">The device and precision.</param>
/// <param name="skipped">The list that collects unreadable images.</param>
/// <param name="world">The processes that share the work.</param>
/// <param name="progress">The receiver of progress reports, or null.</param>
/// <param name="cancellation">Stops between steps.</param>
internal sealed class FineTuneFit(
    FineTuneStart start,
    PretrainOptions configuration,
    ComputePlan plan,
    SkippedImages skipped,
    World world,
    IProgress<FineTuneProgress>? progress,
    CancellationToken cancellation)
{
    /// <summary>Returns the decay of batch norm's running statistics (paper, Appendix B.8.2).</summary>
    public static double DecayOf(FineTuneOptions setting, int images)
        => setting.ScheduleBatchNorm ? BatchNormDecay.For(images / setting.BatchFor(images)) : BatchNormDecay.Default;

    /// <summary>Trains a network.</summary>
    /// <param name="setting">The learning rate, weight decay, steps and batch size.</param>
    /// <param name="images">The labeled images.</param>
    /// <param name="number">The number of the network in a search, from 0.</param>
    /// <param name="networks">The number of networks in total, for progress.</param>
    /// <param name="loss">The loss of the last step.</param>
    /// <exception cref="DivergenceException">The loss is not finite.</exception>
    public TrainedClassifier Train(
        FineTuneOptions setting, ImageDataSet images, int number, int networks, out double loss)
    {
        int classes = LabeledImages.Classes(images);
        (TrainedEncoder encoder, ClassifierModel model) = start.Create(classes, plan.Device);
        var classifier = new TrainedClassifier(
            encoder, model, images.ClassNames ?? NumericClassNames.Create(classes), start.Head);
        try
        {
            var watch = new FineTuneWatch(
                (step, steps, now) => progress?.Report(new FineTuneProgress(number + 1, networks, step, steps, now)),
                cancellation);
            Train(model, setting, images, watch);
            loss = watch.Loss;
            model.eval();
            return classifier;
        }
        catch
        {
            classifier.Dispose();
            throw;
        }
    }

    private void Train(ClassifierModel model, FineTuneOptions setting, ImageDataSet images, FineTuneWatch watch)
    {
        int batch = setting.BatchFor(images.Count);
        long steps = setting.StepsFor(images.Count);
        RankShare share = world.Share(batch, micro: batch);
        using SupervisedStep step = images.MultiLabels is { } presence
            ? new SupervisedStep(model, presence, share, world)
            : new SupervisedStep(model, images.RequireLabels(), share, world, setting.LabelSmoothing);
        using var optimizer = new Sgd(ParameterGroups.FromModule(model), weightDecay: setting.WeightDecay);
        using IGradientSums sums = world.Join(
            model, model.Encoder, optimizer, BatchNormScope.Global, share, NullLogger.Instance);
        using var views = new ViewSource(
            images,
            configuration with { Batch = new BatchOptions { Size = Math.Max(2, share.Images) } },
            plan with { MicroBatch = share.Images },
            viewsPerImage: 1,
            skipped,
            BatchOrder.Plans(configuration.Seed, images.Count, batch, 0, steps, share.Split));
        BatchNormDecay.Set(model, DecayOf(setting, images.Count));

        var schedule = new LearningRateSchedule(steps, warmupSteps: 0, setting.Rate);
        var state = new TrainingState(model, optimizer, schedule, steps) { Observers = [watch] };
        cancellation.ThrowIfCancellationRequested();
        TrainingLoop.Run(state, step, sums, views);
        world.CheckWeights(ModuleState.Enumerate(model).Select(part => part.Value), steps);
    }
}

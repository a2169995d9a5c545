using SimClr.Checkpoints;
using SimClr.Configuration;
using SimClr.Distributed;
using SimClr.Losses;
using static TorchSharp.torch;

namespace SimClr.Training;

/// <summary>
/// The contrastive task: the projections of two views of an image agree, and differ from those of all other images
/// (paper, Section 2.1).
/// </summary>
internal sealed class ContrastiveTask(SimClrModel model, IContrastiveLoss loss, int batchSize) : ITrainingTask
{
    public int ViewsPerImage => 2;

    public nn.Module Model => model;

    public nn.Module<Tensor, Tensor> Encoder => model.Encoder;

    public int RepresentationSize => model.RepresentationSize;

    public static ContrastiveTask Create(PretrainOptions options, string device, CustomParts? custom = null) => new(
        SimClrModel.Create(options, device, custom?.Encoder, custom?.Head),
        custom?.Loss ?? LossCatalog.Create(options.Loss),
        options.Batch.Size);

    public Tensor Output(Tensor views) => model.forward(views).Z;

    public IGradientStep Step(RankShare share, World world) => share.Parts > 1
        ? new GradientCacheStep(model, world.Loss(loss, share), share, world)
        : new ContrastiveStep(model, world.Loss(loss, share), world);

    public RunHealth Health(StepOutcome step)
        => RunHealth.Measure(step.Loss, loss.ChanceLevel(batchSize), step.H, step.Output);

    public void Save(RunDirectory run, TrainedEncoder encoder)
    {
        // The projection head is in the last checkpoint.
    }

    public void Dispose() => model.Dispose();
}

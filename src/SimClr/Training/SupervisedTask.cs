using SimClr.Checkpoints;
using SimClr.Configuration;
using SimClr.Data;
using SimClr.Distributed;
using SimClr.Encoders;
using SimClr.Heads;
using SimClr.Internals;
using SimClr.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace SimClr.Training;

/// <summary>The supervised task: one view of each image, classified by its label (cross-entropy).</summary>
internal sealed class SupervisedTask(
    ClassifierModel model,
    int representation,
    IReadOnlyList<int> labels,
    IReadOnlyList<string> classNames,
    double smoothing = 0)
    : ITrainingTask
{
    private readonly ImageTable known = ImageTable.FromLabels(labels);

    public int ViewsPerImage => 1;

    public nn.Module Model => model;

    public nn.Module<Tensor, Tensor> Encoder => model.Encoder;

    public int RepresentationSize => representation;

    /// <summary>Creates the task with the configured model for the classes of the images, on a device.</summary>
    public static SupervisedTask Create(PretrainOptions options, ImageDataSet images, string device)
    {
        ResNet encoder = EncoderCatalog.Create(options.Encoder, options.Views.Size, options.Seed);
        int classes = LabeledImages.Classes(images);
        var classifier = new LinearClassifier(encoder.RepresentationSize, classes);
        encoder.to(torch.device(device));
        classifier.to(torch.device(device));
        var model = new ClassifierModel(encoder, null, classifier, ChannelsLast.Convert(encoder));
        return new SupervisedTask(
            model,
            encoder.RepresentationSize,
            images.RequireLabels(),
            images.ClassNames ?? NumericClassNames.Create(classes),
            options.Loss.LabelSmoothing);
    }

    public Tensor Output(Tensor views) => model.forward(views).Logits;

    public IGradientStep Step(RankShare share, World world)
        => new SupervisedStep(model, labels, share, world, smoothing);

    public RunHealth Health(StepOutcome step)
        => RunHealth.MeasureSupervised(step.Loss, step.H, step.Output, known.Rows(step.Images));

    public void Save(RunDirectory run, TrainedEncoder encoder)
        => new TrainedClassifier(encoder, model, classNames).SaveLayers(run.ClassifierFile);

    public void Dispose()
    {
        model.Dispose();
        known.Dispose();
    }
}

using SimClr.Checkpoints;
using SimClr.Distributed;
using static TorchSharp.torch;

namespace SimClr.Training;

/// <summary>What a run learns: a model, and the gradient of its loss. Everything else is the <see cref="TrainingLoop"/>'s.</summary>
internal interface ITrainingTask : IDisposable
{
    /// <summary>Random views of an image that a step sees.</summary>
    int ViewsPerImage { get; }

    /// <summary>Everything that is trained.</summary>
    nn.Module Model { get; }

    /// <summary>The part of it that the run is for.</summary>
    nn.Module<Tensor, Tensor> Encoder { get; }

    /// <summary>Width r of its h.</summary>
    int RepresentationSize { get; }

    /// <summary>What the loss sees of some views, [n, 3, S, S] → [n, …].</summary>
    Tensor Output(Tensor views);

    /// <summary>The step that holds the activations of no more than one micro-batch.</summary>
    /// <param name="share">The micro-batches of a batch, and what of them is this rank's.</param>
    /// <param name="world">The processes that share the batch.</param>
    IGradientStep Step(RankShare share, World world);

    /// <summary>How training is doing, from what a step saw.</summary>
    RunHealth Health(StepOutcome step);

    /// <summary>Writes what the run leaves besides its encoder.</summary>
    void Save(RunDirectory run, TrainedEncoder encoder);
}

using SimClr.Checkpoints;
using SimClr.Distributed;
using static TorchSharp.torch;

namespace SimClr.Training;

/// <summary>
/// A training task: a model, and the gradient of its loss. <see cref="TrainingSession"/> does the rest.
/// </summary>
internal interface ITrainingTask : IDisposable
{
    /// <summary>The number of random views of each image in a step.</summary>
    int ViewsPerImage { get; }

    /// <summary>The trained model.</summary>
    nn.Module Model { get; }

    /// <summary>The encoder: the part of the model that the run produces.</summary>
    nn.Module<Tensor, Tensor> Encoder { get; }

    /// <summary>The width r of the representation h.</summary>
    int RepresentationSize { get; }

    /// <summary>Computes the input of the loss from views, [n, 3, S, S] → [n, …].</summary>
    Tensor Output(Tensor views);

    /// <summary>Creates the step, which holds the activations of at most one micro-batch at a time.</summary>
    /// <param name="share">The micro-batches of a batch, and this rank's part of them.</param>
    /// <param name="world">The processes that share the batch.</param>
    IGradientStep Step(RankShare share, World world);

    /// <summary>Measures the health of training from the outcome of a step.</summary>
    RunHealth Health(StepOutcome step);

    /// <summary>Writes the files that the run produces in addition to its encoder.</summary>
    void Save(RunDirectory run, TrainedEncoder encoder);
}

using SimClr.Checkpoints;
using static TorchSharp.torch;

namespace SimClr.Training;

/// <summary>The progress of a run, reported at every logged step.</summary>
/// <param name="Step">The number of steps done.</param>
/// <param name="TotalSteps">The number of steps of the whole run.</param>
/// <param name="Epoch">The current epoch, from 1.</param>
/// <param name="Epochs">The number of epochs of the whole run.</param>
/// <param name="LearningRate">The learning rate of the last step.</param>
/// <param name="ImagesPerSecond">Images (not views) per second since the last report.</param>
/// <param name="TimeLeft">The remaining time, estimated from the speed so far.</param>
/// <param name="Health">The loss and health of the last batch.</param>
/// <param name="KnnTop1">The latest kNN accuracy on held-out training images, 0 … 1; null without labels.</param>
/// <param name="OnlineTop1">
/// The accuracy of the online linear layer, 0 … 1, on the views since the last report, each classified before the layer
/// learned from it; null without an online layer.
/// </param>
public sealed record PretrainProgress(
    long Step,
    long TotalSteps,
    int Epoch,
    int Epochs,
    double LearningRate,
    double ImagesPerSecond,
    TimeSpan TimeLeft,
    RunHealth Health,
    double? KnnTop1,
    double? OnlineTop1 = null);

/// <summary>The result of a finished run.</summary>
/// <param name="Run">The run directory.</param>
/// <param name="Steps">The number of steps of the whole run.</param>
/// <param name="Epochs">The number of epochs of the whole run.</param>
/// <param name="FinalLoss">The loss of the last step.</param>
/// <param name="ImagesPerSecond">Images per second over this session; 0 if no steps were left.</param>
/// <param name="SkippedImages">The number of images that could not be read.</param>
/// <param name="Checkpoint">The path of the last checkpoint.</param>
/// <param name="EncoderFile">The path of the encoder's weights.</param>
/// <param name="Health">The health of the last batch; null if no steps were left.</param>
/// <param name="KnnTop1">The last kNN accuracy on held-out training images, 0 … 1; null without labels.</param>
/// <param name="OnlineTop1">The last accuracy of the online linear layer, 0 … 1; null without one.</param>
public sealed record PretrainResult(
    string Run,
    long Steps,
    int Epochs,
    double FinalLoss,
    double ImagesPerSecond,
    int SkippedImages,
    string Checkpoint,
    string EncoderFile,
    RunHealth? Health,
    double? KnnTop1,
    double? OnlineTop1 = null)
{
    /// <summary>The minimum number of readable labeled images for measuring kNN accuracy during training.</summary>
    public const int MinKnnImages = KnnMonitor.MinImages;

    /// <summary>Loads the trained encoder, which the caller disposes.</summary>
    /// <param name="device">auto, cpu, cuda, cuda:N or mps. Default: cpu.</param>
    /// <param name="customEncoder">The custom encoder of the run, or null. Default: null.</param>
    /// <exception cref="DataException">The file of the encoder is missing or damaged.</exception>
    public TrainedEncoder LoadEncoder(string device = "cpu", nn.Module<Tensor, Tensor>? customEncoder = null)
        => TrainedEncoder.Load(EncoderFile, device, customEncoder);
}


namespace SimClr.Training;

/// <summary>Where a run is, reported at every logged step.</summary>
/// <param name="Step">Steps done.</param>
/// <param name="TotalSteps">Steps of the whole run.</param>
/// <param name="Epoch">The epoch being trained, from 1.</param>
/// <param name="Epochs">Epochs of the whole run.</param>
/// <param name="LearningRate">The rate of the last step.</param>
/// <param name="ImagesPerSecond">Images (not views) since the last report, per second.</param>
/// <param name="TimeLeft">Estimate from the speed so far.</param>
/// <param name="Health">Loss and health of the last batch.</param>
/// <param name="KnnTop1">The latest kNN accuracy among held-apart training images, 0 … 1; null without labels.</param>
/// <param name="OnlineTop1">Where a linear layer is trained along the way, the share of the views since the last report that it classified rightly before it learned from them, 0 … 1; else null.</param>
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

/// <summary>What a finished run leaves.</summary>
/// <param name="Run">The run directory.</param>
/// <param name="Steps">Steps of the whole run.</param>
/// <param name="Epochs">Epochs of the whole run.</param>
/// <param name="FinalLoss">The loss of the last step.</param>
/// <param name="ImagesPerSecond">Images per second over this session; 0 when there was nothing left to do.</param>
/// <param name="SkippedImages">Images that could not be read.</param>
/// <param name="Checkpoint">The last checkpoint.</param>
/// <param name="EncoderFile">The encoder's weights.</param>
/// <param name="Health">Health of the last batch, or null when there was nothing left to do.</param>
/// <param name="KnnTop1">The last kNN accuracy among held-apart training images; null without labels.</param>
/// <param name="OnlineTop1">The last accuracy of the linear layer that was trained along the way, or null.</param>
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
    /// <summary>Readable images with labels from which on kNN accuracy is measured during training.</summary>
    public const int MinKnnImages = KnnMonitor.MinImages;
}

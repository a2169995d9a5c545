namespace SimClr.Data;

/// <summary>The metrics of the transfer suite.</summary>
public enum TransferMetric
{
    /// <summary>The share of test images whose class is predicted correctly.</summary>
    Top1,

    /// <summary>The share of correct predictions within each class, averaged over the classes.</summary>
    MeanPerClass,

    /// <summary>The 11-point average precision, averaged over the classes.</summary>
    MeanAveragePrecision,
}

/// <summary>A data set of the transfer suite, as its authors published it.</summary>
/// <param name="Name">The name in data specs and in <c>--only</c>.</param>
/// <param name="Title">The usual name.</param>
/// <param name="Metric">The paper's metric.</param>
/// <param name="Classes">The number of classes.</param>
/// <param name="TrainImages">The number of training images, including any that are held out for validation.</param>
/// <param name="ValidationImages">
/// The number of images in the official validation part, which the paper uses; 0 if there is none.
/// </param>
/// <param name="TestImages">The number of test images.</param>
/// <param name="Folders">The possible names of the folder below the root.</param>
/// <param name="Source">The address of the set.</param>
/// <param name="Layout">The expected contents of the folder.</param>
public sealed record TransferSet(
    string Name,
    string Title,
    TransferMetric Metric,
    int Classes,
    int TrainImages,
    int ValidationImages,
    int TestImages,
    IReadOnlyList<string> Folders,
    string Source,
    string Layout)
{
    /// <summary>Returns the folder of the set below the root; null if there is none.</summary>
    public string? FindBelow(string root)
        => Folders.Select(name => Path.Join(root, name)).FirstOrDefault(Directory.Exists);

    /// <summary>Returns instructions for obtaining the set.</summary>
    public string HowToGet(string root)
    {
        string folder = Path.Join(root, Folders[0]);
        return $"get it from {Source} and unpack it to {folder} ({Layout})";
    }
}

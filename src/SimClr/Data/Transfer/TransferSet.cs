namespace SimClr.Data;

/// <summary>How success on a set of the transfer suite is counted.</summary>
public enum TransferMetric
{
    /// <summary>Share of the test images whose class is predicted.</summary>
    Top1,

    /// <summary>The same share of each class, averaged over classes.</summary>
    MeanPerClass,

    /// <summary>11-point average precision, averaged over classes.</summary>
    MeanAveragePrecision,
}

/// <summary>A set of the transfer suite as its authors published it.</summary>
/// <param name="Name">Its name, as in <c>pets:DIR</c>.</param>
/// <param name="Title">What people call it.</param>
/// <param name="Metric">How the paper counts.</param>
/// <param name="Classes">Its classes.</param>
/// <param name="TrainImages">Images for training; with those for validation where these are held out of them.</param>
/// <param name="ValidationImages">Images of the official validation part, which the paper uses; 0 where it has none.</param>
/// <param name="TestImages">Images for testing.</param>
/// <param name="Folders">Names that its folder may have below the root.</param>
/// <param name="Source">Where to get it.</param>
/// <param name="Layout">What its folder holds.</param>
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
    /// <summary>Its folder below the root; null if there is none.</summary>
    public string? FindBelow(string root) => Folders.Select(name => Path.Join(root, name)).FirstOrDefault(Directory.Exists);

    /// <summary>Where to get it and where to put it.</summary>
    public string HowToGet(string root)
    {
        string folder = Path.Join(root, Folders[0]);
        return $"get it from {Source} and unpack it to {folder} ({Layout})";
    }
}

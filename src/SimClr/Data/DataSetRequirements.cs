namespace SimClr.Data;

/// <summary>Checks that a set is fit for what it is wanted for.</summary>
public static class DataSetRequirements
{
    /// <summary>Checks that a set has enough images for pre-training with the given batch size.</summary>
    /// <exception cref="DataException">
    /// Fewer than two images (nothing to contrast with), or fewer than a batch.
    /// </exception>
    public static void RequireTrainable(this ImageDataSet images, int batchSize)
    {
        ArgumentNullException.ThrowIfNull(images);
        int readable = images is CachedDataSet cached ? cached.ReadableCount : images.Count;
        if (readable < 2)
        {
            throw new DataException(
                $"'{images.Name}' has {readable} readable image(s), expected at least 2: SimCLR learns by "
                    + "telling an image from others; add images");
        }

        if (images.Count < batchSize)
        {
            throw new DataException(
                $"'{images.Name}' has {images.Count} images, expected at least {batchSize}, one batch (partial "
                    + $"batches are dropped); add images or use Batch.Size {images.Count} or less");
        }
    }

    /// <summary>The labels of a set that must have them.</summary>
    /// <exception cref="DataException">The set has none.</exception>
    public static IReadOnlyList<int> RequireLabels(this ImageDataSet images)
    {
        ArgumentNullException.ThrowIfNull(images);
        if (images.MultiLabels is not null)
        {
            throw new DataException(
                $"'{images.Name}': its images may have several classes each, and this needs one label per image; expected another "
                    + "set, or TransferEvaluation");
        }

        if (images.Labels is null && images.NoLabelsReason is { } reason)
        {
            throw new DataException($"'{images.Name}' has no labels, and this needs them: {reason}; expected one for every image");
        }

        return images.Labels ?? throw new DataException(
            $"'{images.Name}' has no labels, and this needs them; expected at least two subfolders that hold "
                + "all images and are named for their classes, a .csv manifest with a label in every row, tar shards "
                + "with a .cls for every image, or a set that comes with labels");
    }

    /// <summary>What is known of each class in each image, of a set whose images may have several classes each.</summary>
    /// <exception cref="DataException">They have one each, or none is known.</exception>
    internal static IReadOnlyList<sbyte[]> RequireMultiLabels(this ImageDataSet images) => images.MultiLabels ?? throw new DataException(
        $"'{images.Name}': its images have one class each, or no labels, and mean average precision is for images that may have "
            + "several; expected a set such as voc2007:DIR, or another measure");
}

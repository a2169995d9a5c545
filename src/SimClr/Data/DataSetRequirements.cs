namespace SimClr.Data;

/// <summary>Checks that a data set meets the requirements of an operation.</summary>
public static class DataSetRequirements
{
    /// <summary>Checks that a data set has enough images for pre-training at a given batch size.</summary>
    /// <exception cref="DataException">
    /// The set has fewer than two readable images (nothing to contrast with), or fewer images than a batch.
    /// </exception>
    public static void RequireTrainable(this ImageDataSet images, int batchSize)
    {
        ArgumentNullException.ThrowIfNull(images);
        int readable = images is CachedDataSet cached ? cached.ReadableCount : images.Count;
        if (readable < 2)
        {
            throw new DataException(
                $"'{images.Name}' has {readable} readable image(s), expected at least 2: SimCLR learns to "
                    + "distinguish an image from others; add images");
        }

        if (images.Count < batchSize)
        {
            throw new DataException(
                $"'{images.Name}' has {images.Count} images, expected at least {batchSize}, one batch (partial "
                    + $"batches are dropped); add images or use Batch.Size {images.Count} or less");
        }
    }

    /// <summary>Returns the labels of a data set, which must have them.</summary>
    public static IReadOnlyList<int> RequireLabels(this ImageDataSet images)
    {
        ArgumentNullException.ThrowIfNull(images);
        if (images.MultiLabels is not null)
        {
            throw new DataException(
                $"'{images.Name}': its images may have several classes each, but this operation needs one label per "
                    + "image; expected another set, or TransferEvaluation");
        }

        if (images.Labels is null && images.NoLabelsReason is { } reason)
        {
            throw new DataException(
                $"'{images.Name}' has no labels, but this operation needs them: "
                    + $"{reason}; expected one for every image");
        }

        return images.Labels ?? throw new DataException(
            $"'{images.Name}' has no labels, but this operation needs them; expected at least two subfolders that "
                + "contain all images and are named after their classes, a .csv manifest with a label in every row, "
                + "tar shards with a .cls for every image, or a set that comes with labels");
    }

    /// <summary>
    /// Returns the marks of each class in each image (<see cref="MultiLabelMarks"/>) of a data set whose images may
    /// have several classes each.
    /// </summary>
    /// <exception cref="DataException">The images have one class each, or no labels.</exception>
    internal static IReadOnlyList<sbyte[]> RequireMultiLabels(this ImageDataSet images)
        => images.MultiLabels ?? throw new DataException(
            $"'{images.Name}': its images have one class each, or no labels, and mean average precision is for images "
                + "that may have several; expected a set such as voc2007:DIR, or another measure");
}

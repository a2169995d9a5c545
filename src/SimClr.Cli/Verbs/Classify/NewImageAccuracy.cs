using System.Globalization;
using System.Text.Json.Nodes;
using SimClr.Cli.Progress;
using SimClr.Data;

namespace SimClr.Cli.Verbs;

/// <summary>The accuracy on images that have labels of their own.</summary>
/// <param name="Images">The number of images of the learned classes.</param>
/// <param name="Right">The number of them that are classified correctly.</param>
/// <param name="Flagged">The number of them that are said to show none of the classes.</param>
/// <param name="Others">The number of images of other classes.</param>
/// <param name="OthersFlagged">The number of those that are said to show none of the classes.</param>
internal sealed record NewImageAccuracy(int Images, int Right, int Flagged, int Others, int OthersFlagged)
{
    /// <summary>Compares predictions with the labels of a set.</summary>
    /// <returns>Null if the set has no labels, or no class in common with the classifier.</returns>
    public static NewImageAccuracy? Measure(
        ImageDataSet images, IReadOnlyList<string> learned, IReadOnlyList<PredictedImage> predictions)
    {
        if (images.Labels is not { } labels || images.ClassNames is not { } names)
        {
            return null;
        }

        try
        {
            ClassMatch match = ClassMatch.Create(learned, names, labels);
            (PredictedImage Image, int Label)[] all =
                [.. predictions.Select(image => (image, match.Labels[image.Index]))];
            (PredictedImage Image, int Label)[] known = [.. all.Where(one => one.Label < learned.Count)];
            return known.Length == 0 ? null : new NewImageAccuracy(
                known.Length,
                known.Count(one => one.Image.Label == learned[one.Label]),
                known.Count(one => one.Image.IsUnknown),
                all.Length - known.Length,
                all.Count(one => one.Label >= learned.Count && one.Image.IsUnknown));
        }
        catch (DataException)
        {
            return null;   // Folders that are not classes.
        }
    }

    public string Text()
    {
        string others = Others == 0 ? "" : string.Create(
            CultureInfo.InvariantCulture,
            $"; of {Plural.Format(Others, "image")} of other classes, {OthersFlagged:N0} are "
                + $"{PredictedImages.Unknown}");
        return string.Create(
            CultureInfo.InvariantCulture,
            $"accuracy on {Plural.Format(Images, "image")} in folders of the classes: "
                + $"{ProgressText.Percent((double)Right / Images)}, {Flagged:N0} of them {PredictedImages.Unknown}")
            + others;
    }

    public void AddTo(JsonObject json)
    {
        json["accuracy"] = (double)Right / Images;
        json["labeled_images"] = Images;
        json["labeled_unknown"] = Flagged;
        json["other_images"] = Others;
        json["other_unknown"] = OthersFlagged;
    }
}

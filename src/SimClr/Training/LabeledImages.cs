using SimClr.Data;

namespace SimClr.Training;

/// <summary>Checks that labels are fit to learn classes from.</summary>
public static class LabeledImages
{
    /// <summary>The labels of a set in which two classes or more have images.</summary>
    /// <exception cref="DataException">There are no labels, or they all name one class.</exception>
    public static IReadOnlyList<int> RequireClasses(ImageDataSet images)
    {
        IReadOnlyList<int> labels = images.RequireLabels();
        int[] present = [.. labels.Distinct().Take(2)];
        return present.Length == 2 ? labels : throw new DataException(
            $"'{images.Name}': all {images.Count} images are of one class{(present.Length == 1 ? $" ({NameOf(images, present[0])})" : "")}; "
                + "expected images of at least two classes, or there is nothing to tell apart");
    }

    /// <summary>Checks a set whose images may have several classes each: some class must be in images and absent from others.</summary>
    /// <exception cref="DataException">Its images have one class each, or no class tells them apart.</exception>
    public static void RequireVaryingClass(ImageDataSet images)
    {
        IReadOnlyList<sbyte[]> presence = images.RequireMultiLabels();
        int classes = Classes(images);
        if (!Enumerable.Range(0, classes).Any(c => presence.Any(marks => marks[c] > 0) && presence.Any(marks => marks[c] < 0)))
        {
            throw new DataException(
                $"'{images.Name}': none of {classes} classes is in some of the {images.Count} images and absent from others; "
                    + "expected at least one that is, or there is nothing to tell apart");
        }
    }

    /// <summary>Classes of a labeled set: those it names, else up to its highest label.</summary>
    public static int Classes(ImageDataSet images) => images.ClassNames?.Count ?? images.RequireLabels().Max() + 1;

    /// <summary>A class by its name, else its number.</summary>
    public static string NameOf(ImageDataSet images, int label) => images.ClassNames is { } names ? $"'{names[label]}'" : $"{label}";
}

using SimClr.Data;

namespace SimClr.Training;

/// <summary>Checks of labels before classes are learned from them.</summary>
public static class LabeledImages
{
    /// <summary>Returns the labels of a set that has images in at least two classes.</summary>
    /// <exception cref="DataException">There are no labels, or all of them name one class.</exception>
    public static IReadOnlyList<int> RequireClasses(ImageDataSet images)
    {
        IReadOnlyList<int> labels = images.RequireLabels();
        int[] present = [.. labels.Distinct().Take(2)];
        return present.Length == 2 ? labels : throw new DataException(
            $"'{images.Name}': all {images.Count} images are of one "
                + $"class{(present.Length == 1 ? $" ({NameOf(images, present[0])})" : "")}; expected "
                + "images of at least two classes");
    }

    /// <summary>
    /// Checks a set with several classes per image: at least one class must be present in some images and absent from
    /// others.
    /// </summary>
    /// <exception cref="DataException">The images have one class each, or no class varies between them.</exception>
    public static void RequireVaryingClass(ImageDataSet images)
    {
        IReadOnlyList<sbyte[]> presence = images.RequireMultiLabels();
        int classes = Classes(images);
        if (!Enumerable.Range(0, classes)
            .Any(c => presence.Any(marks => marks[c] > 0) && presence.Any(marks => marks[c] < 0)))
        {
            throw new DataException(
                $"'{images.Name}': none of the {classes} classes is present in some of the {images.Count} images and "
                    + "absent from others; expected at least one such class");
        }
    }

    /// <summary>
    /// Returns the number of classes of a labeled set: the number of its class names, or else its highest label + 1.
    /// </summary>
    public static int Classes(ImageDataSet images) => images.ClassNames?.Count ?? images.RequireLabels().Max() + 1;

    /// <summary>Returns the quoted name of a class, or else its number.</summary>
    public static string NameOf(ImageDataSet images, int label)
        => images.ClassNames is { } names ? $"'{names[label]}'" : $"{label}";
}

namespace SimClr.Data;

/// <summary>The marks of a class in an image that may have several classes, as in the lists of PASCAL VOC.</summary>
internal static class MultiLabelMarks
{
    /// <summary>The image has the class.</summary>
    public const sbyte Present = 1;

    /// <summary>The image does not have the class.</summary>
    public const sbyte Absent = -1;

    /// <summary>The class does not count for the image: a prediction is neither right nor wrong.</summary>
    public const sbyte Difficult = 0;

    /// <summary>Returns the marks of the images with the given paths, in that order.</summary>
    /// <returns>[paths × classes], image by image.</returns>
    public static sbyte[] ForPaths(ImageDataSet images, IReadOnlyList<string> paths)
    {
        IReadOnlyList<sbyte[]> presence = images.RequireMultiLabels();
        Dictionary<string, sbyte[]> byPath = [];
        for (int i = 0; i < images.Count; i++)
        {
            byPath[images.PathOf(i)] = presence[i];
        }

        return [.. paths.SelectMany(path => byPath[path])];
    }
}

namespace SimClr.Data;

/// <summary>What is known of a class in an image that may have several, marked as in the lists of PASCAL VOC.</summary>
internal static class MultiLabelMarks
{
    /// <summary>The image has it.</summary>
    public const sbyte Present = 1;

    /// <summary>The image does not have it.</summary>
    public const sbyte Absent = -1;

    /// <summary>Too hard to tell: what is predicted counts neither as right nor as wrong.</summary>
    public const sbyte Difficult = 0;

    /// <summary>The marks of those images of a set that have these paths, in this order.</summary>
    /// <returns>paths · classes marks, image by image.</returns>
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

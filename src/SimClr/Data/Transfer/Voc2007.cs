namespace SimClr.Data;

/// <summary>
/// PASCAL VOC 2007 (Everingham et al. 2010), classification: an image may have several of the 20 classes. Lists are in
/// <c>ImageSets/Main</c>, objects in <c>Annotations/IMAGE.xml</c>, images in <c>JPEGImages</c>. If all objects of a
/// class in an image are marked as difficult, the class counts neither as present nor as absent, as in the challenge's
/// own evaluation.
/// </summary>
internal static class Voc2007
{
    public const string Layout =
        "ImageSets/Main/train.txt, val.txt and test.txt, Annotations/IMAGE.xml and JPEGImages/IMAGE.jpg";

    public static readonly string[] Names =
    [
        "aeroplane", "bicycle", "bird", "boat", "bottle", "bus", "car", "cat", "chair", "cow", "diningtable", "dog",
        "horse", "motorbike", "person", "pottedplant", "sheep", "sofa", "train", "tvmonitor",
    ];

    public static ImageDataSet Open(DataSpec spec, DataOptions options)
    {
        string part = spec.Split == "validation" ? "val" : spec.Split;
        string name = $"ImageSets/Main/{part}.txt";
        string folder = spec.FolderWith(name, "VOCdevkit/VOC2007")
            ?? spec.FolderWith(name, "VOC2007")
            ?? throw spec.Missing(Layout);
        string list = Path.Join(folder, name);
        var images = new ListedImages(spec, Path.Join(folder, "JPEGImages"), Names);
        foreach ((int line, string text) in ListFile.Read(list))
        {
            images.Add(list, line, $"{text}.jpg", number: 0);
        }

        return images.ToDataSet(
            options, file => ReadMarks(Path.Join(folder, "Annotations", Path.ChangeExtension(file, ".xml"))));
    }

    private static sbyte[] ReadMarks(string file)
    {
        sbyte[] presence = [.. Names.Select(_ => MultiLabelMarks.Absent)];
        foreach ((string name, bool difficult) in VocAnnotation.Read(file))
        {
            int number = Array.IndexOf(Names, name);
            if (number < 0)
            {
                throw new DataException(
                    $"{file}: got an object of the class '{name}', expected one of {string.Join(", ", Names)}");
            }

            presence[number] = difficult && presence[number] != MultiLabelMarks.Present
                ? MultiLabelMarks.Difficult
                : MultiLabelMarks.Present;
        }

        return presence;
    }
}

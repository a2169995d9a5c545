using SimClr.Internals;

namespace SimClr.Data;

/// <summary>
/// STL-10 (Coates, Lee, Ng 2011), 96 × 96 pixels: the official binary files, in the given folder or in the one that
/// their archive unpacks to. Planes are stored column by column; labels start at 1.
/// </summary>
internal static class Stl10
{
    private static readonly string[] Names =
        ["airplane", "bird", "car", "cat", "deer", "dog", "horse", "monkey", "ship", "truck"];

    public static ImageDataSet Open(DataSpec spec, DataOptions options)
    {
        string file = $"{spec.Split}_X.bin";
        string folder = spec.FolderWith(file, "stl10_binary") ?? throw spec.Missing($"{file} (the binary version)");
        var layout = new RecordLayout(LabelBytes: 0, Side: 96, ColumnMajor: true);
        var set = new RecordDataSet(spec.Text, $"{spec.Kind} {spec.Split}", [Path.Join(folder, file)], layout);
        if (spec.Split == "unlabeled")
        {
            return set;
        }

        string labels = Path.Join(folder, $"{spec.Split}_y.bin");
        return File.Exists(labels)
            ? set.WithLabels([.. RegularFile.ReadAllBytes(labels).Select(label => label - 1)], Names)
            : throw spec.Missing(Path.GetFileName(labels));
    }
}

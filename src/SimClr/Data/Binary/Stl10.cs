using SimClr.Internals;

namespace SimClr.Data;

/// <summary>
/// STL-10 (Coates, Lee, Ng 2011), 96 × 96: the official binary files, in the folder or in the folder that their
/// archive unpacks to. Planes hold columns, labels count from 1.
/// </summary>
internal static class Stl10
{
    private static readonly string[] Names =
        ["airplane", "bird", "car", "cat", "deer", "dog", "horse", "monkey", "ship", "truck"];

    public static ImageDataSet Open(TypedName typed, DataOptions options)
    {
        string file = $"{typed.Split}_X.bin";
        string folder = typed.FolderWith(file, "stl10_binary") ?? throw typed.Missing($"{file} (the binary version)");
        var layout = new RecordLayout(LabelBytes: 0, Side: 96, ColumnMajor: true);
        var set = new RecordDataSet(typed.Text, $"{typed.Kind} {typed.Split}", [Path.Join(folder, file)], layout);
        if (typed.Split == "unlabeled")
        {
            return set;
        }

        string labels = Path.Join(folder, $"{typed.Split}_y.bin");
        return File.Exists(labels)
            ? set.WithLabels([.. PlainFile.ReadAllBytes(labels).Select(label => label - 1)], Names)
            : throw typed.Missing(Path.GetFileName(labels));
    }
}

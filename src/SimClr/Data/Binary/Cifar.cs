namespace SimClr.Data;

/// <summary>
/// CIFAR-10 and CIFAR-100 (Krizhevsky 2009), 32 × 32 pixels: the official binary files, in the given folder or in the
/// one that their archive unpacks to, or class folders <c>train/CLASS/*.jpg</c> and <c>test/CLASS/*.jpg</c>.
/// </summary>
internal static class Cifar
{
    private static readonly string[] TenNames =
        ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

    public static ImageDataSet Open10(DataSpec spec, DataOptions options)
    {
        string[] files = spec.Split == "test"
            ? ["test_batch.bin"]
            : [.. Enumerable.Range(1, 5).Select(number => $"data_batch_{number}.bin")];
        return spec.FolderWith(files[0], "cifar-10-batches-bin") is { } folder
            ? OpenBinary(spec, folder, files, labelBytes: 1, TenNames)
            : OpenFolders(spec, options, files[0]);
    }

    public static ImageDataSet Open100(DataSpec spec, DataOptions options)
    {
        string file = $"{spec.Split}.bin";
        return spec.FolderWith(file, "cifar-100-binary") is { } folder
            ? OpenBinary(spec, folder, [file], labelBytes: 2, FineNames(folder))
            : OpenFolders(spec, options, file);
    }

    private static RecordDataSet OpenBinary(
        DataSpec spec, string folder, string[] files, int labelBytes, string[] names)
    {
        string[] paths = [.. files.Select(file => Path.Join(folder, file))];
        var layout = new RecordLayout(labelBytes, Side: 32, ColumnMajor: false);
        var set = new RecordDataSet(spec.Text, $"{spec.Kind} {spec.Split}", paths, layout);
        return set.WithLabels(set.ReadLabels(), names);
    }

    private static FileDataSet OpenFolders(DataSpec spec, DataOptions options, string file)
    {
        string folder = Path.Join(spec.Folder, spec.Split);
        return Directory.Exists(folder)
            ? ImageFolder.Open(spec.Text, folder, options)
            : throw spec.Missing($"{file} (the binary version), or class folders in {spec.Split}");
    }

    /// <summary>Returns the class names that come with the set, or numbers.</summary>
    private static string[] FineNames(string folder)
    {
        string file = Path.Join(folder, "fine_label_names.txt");
        string[] names = File.Exists(file) ? [.. ListFile.Lines(file)] : [];
        return names.Length == 100 ? names : NumericClassNames.Create(100);
    }
}

namespace SimClr.Data;

/// <summary>
/// CIFAR-10 and CIFAR-100 (Krizhevsky 2009), 32 × 32: the official binary files, in the folder or in the folder that
/// their archive unpacks to, or class folders <c>train/CLASS/*.jpg</c> and <c>test/CLASS/*.jpg</c>.
/// </summary>
internal static class Cifar
{
    private static readonly string[] TenNames =
        ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

    public static ImageDataSet Open10(TypedName typed, DataOptions options)
    {
        string[] files = typed.Split == "test"
            ? ["test_batch.bin"]
            : [.. Enumerable.Range(1, 5).Select(number => $"data_batch_{number}.bin")];
        return typed.FolderWith(files[0], "cifar-10-batches-bin") is { } folder
            ? OpenBinary(typed, folder, files, labelBytes: 1, TenNames)
            : OpenFolders(typed, options, files[0]);
    }

    public static ImageDataSet Open100(TypedName typed, DataOptions options)
    {
        string file = $"{typed.Split}.bin";
        return typed.FolderWith(file, "cifar-100-binary") is { } folder
            ? OpenBinary(typed, folder, [file], labelBytes: 2, FineNames(folder))
            : OpenFolders(typed, options, file);
    }

    private static RecordDataSet OpenBinary(
        TypedName typed, string folder, string[] files, int labelBytes, string[] names)
    {
        string[] paths = [.. files.Select(file => Path.Join(folder, file))];
        var layout = new RecordLayout(labelBytes, Side: 32, ColumnMajor: false);
        var set = new RecordDataSet(typed.Text, $"{typed.Kind} {typed.Split}", paths, layout);
        return set.WithLabels(set.ReadLabels(), names);
    }

    private static FileDataSet OpenFolders(TypedName typed, DataOptions options, string file)
    {
        string folder = Path.Join(typed.Folder, typed.Split);
        return Directory.Exists(folder)
            ? ImageFolder.Open(typed.Text, folder, options)
            : throw typed.Missing($"{file} (the binary version), or class folders in {typed.Split}");
    }

    /// <summary>The names that come with the set, or numbers.</summary>
    private static string[] FineNames(string folder)
    {
        string file = Path.Join(folder, "fine_label_names.txt");
        string[] names = File.Exists(file) ? [.. ListFile.Lines(file)] : [];
        return names.Length == 100 ? names : ClassNumbers.Of(100);
    }
}

namespace SimClr.Data;

/// <summary>
/// SUN397 (Xiao et al. 2010), the first of its ten partitions, as in the paper: <c>Training_01.txt</c> and
/// <c>Testing_01.txt</c> with lines <c>/a/abbey/sun_….jpg</c>, 50 images per class each; <c>ClassName.txt</c> numbers
/// the classes.
/// </summary>
internal static class Sun397
{
    public const string Layout = "ClassName.txt, Training_01.txt and Testing_01.txt (of Partitions.zip, here or in "
        + "Partitions) and a/abbey/sun_….jpg";

    private const string Classes = "ClassName.txt";

    private static readonly string[] ListFolders = ["", "Partitions", "SUN397", "SUN397/Partitions", "../Partitions"];

    public static ImageDataSet Open(DataSpec spec, DataOptions options)
    {
        string name = spec.Split == "test" ? "Testing_01.txt" : "Training_01.txt";
        string list = Find(spec, name);
        string classes = Find(spec, Classes);
        string root = Path.Join(spec.Folder, "SUN397");
        var images = new ListedImages(spec, Directory.Exists(root) ? root : spec.Folder, ListFile.Lines(classes));
        foreach ((int line, string text) in ListFile.Read(list))
        {
            int end = text.LastIndexOf('/');
            if (end <= 0 || text[0] != '/')
            {
                throw ListFile.Wrong(list, line, text, "a path such as /a/abbey/sun_aaalbzqrimafwbiv.jpg");
            }

            images.Add(list, line, text[1..], text[..end]);
        }

        return images.ToDataSet(options);
    }

    /// <summary>Finds a list. The lists come in a separate archive, which unpacks to loose files.</summary>
    private static string Find(DataSpec spec, string file)
        => ListFolders
            .Select(place => Path.Join(spec.Folder, place, file))
            .FirstOrDefault(File.Exists) ?? throw spec.Missing(Layout);
}

namespace SimClr.Data;

/// <summary>
/// FGVC-Aircraft 2013b (Maji et al. 2013), with its 100 variants as classes: <c>data/images_variant_train.txt</c>,
/// <c>_val</c> and <c>_test</c> with lines <c>1025794 707-320</c>; <c>data/variants.txt</c> numbers the classes.
/// </summary>
internal static class FgvcAircraft
{
    public const string Layout =
        "data/variants.txt, data/images_variant_train.txt, _val.txt and _test.txt and data/images/NUMBER.jpg";

    public static ImageDataSet Open(DataSpec spec, DataOptions options)
    {
        string data = spec.FolderWith("data/variants.txt", "fgvc-aircraft-2013b") is { } folder
            ? Path.Join(folder, "data")
            : File.Exists(Path.Join(spec.Folder, "variants.txt")) ? spec.Folder
            : throw spec.Missing(Layout);
        string part = spec.Split == "validation" ? "val" : spec.Split;
        string list = Path.Join(data, $"images_variant_{part}.txt");
        var images = new ListedImages(spec, Path.Join(data, "images"), ListFile.Lines(Path.Join(data, "variants.txt")));
        foreach ((int line, string text) in ListFile.Read(list))
        {
            string[] parts = text.Split(' ', 2);
            if (parts.Length != 2)
            {
                throw ListFile.Wrong(list, line, text, "the number of an image and a variant");
            }

            images.Add(list, line, $"{parts[0]}.jpg", parts[1]);
        }

        return images.ToDataSet(options);
    }
}

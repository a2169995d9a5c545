namespace SimClr.Data;

/// <summary>
/// Describable Textures, DTD r1.0.1 (Cimpoi et al. 2014), the first of its ten splits, as in the paper:
/// <c>labels/train1.txt</c>, <c>val1.txt</c> and <c>test1.txt</c> with lines <c>banded/banded_0002.jpg</c>.
/// </summary>
internal static class DescribableTextures
{
    public const string Layout = "labels/train1.txt, val1.txt and test1.txt and images/CLASS/IMAGE.jpg";

    private static readonly string[] Lists = ["train", "val", "test"];

    public static ImageDataSet Open(DataSpec spec, DataOptions options)
    {
        string folder = spec.FolderWith("labels/train1.txt", "dtd") ?? spec.FolderWith("labels/train1.txt", "dtd/dtd")
            ?? throw spec.Missing(Layout);
        string[] lists = [.. Lists.Select(part => Path.Join(folder, $"labels/{part}1.txt"))];
        string list = lists[spec.Split switch { "train" => 0, "validation" => 1, _ => 2 }];

        // A class has the same number in all splits, even if some lack it.
        string[] classes = [.. lists.SelectMany(ListFile.Lines).Select(ClassOf).Distinct().Order(
            StringComparer.Ordinal)];
        var images = new ListedImages(spec, Path.Join(folder, "images"), classes);
        foreach ((int line, string text) in ListFile.Read(list))
        {
            if (text.Split('/').Length != 2)
            {
                throw ListFile.Wrong(list, line, text, "CLASS/IMAGE.jpg");
            }

            images.Add(list, line, text, ClassOf(text));
        }

        return images.ToDataSet(options);
    }

    private static string ClassOf(string path) => path.Split('/')[0];
}

namespace SimClr.Data;

/// <summary>
/// Food-101 (Bossard, Guillaumin, Van Gool 2014): <c>meta/train.txt</c> and <c>meta/test.txt</c> with lines
/// <c>CLASS/IMAGE</c>, <c>images/CLASS/IMAGE.jpg</c>. Its training labels are intentionally noisy.
/// </summary>
internal static class Food101
{
    public const string Layout = "meta/classes.txt, meta/train.txt, meta/test.txt and images/CLASS/NUMBER.jpg";

    public static ImageDataSet Open(DataSpec spec, DataOptions options)
    {
        string folder = spec.FolderWith("meta/classes.txt", "food-101") ?? throw spec.Missing(Layout);
        var images = new ListedImages(
            spec, Path.Join(folder, "images"), ListFile.Lines(Path.Join(folder, "meta/classes.txt")));
        string list = Path.Join(folder, $"meta/{spec.Split}.txt");
        foreach ((int line, string text) in ListFile.Read(list))
        {
            string[] parts = text.Split('/');
            if (parts.Length != 2)
            {
                throw ListFile.Wrong(list, line, text, "CLASS/IMAGE");
            }

            images.Add(list, line, $"{text}.jpg", parts[0]);
        }

        return images.ToDataSet(options);
    }
}

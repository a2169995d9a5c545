using SimClr.Internals;

namespace SimClr.Data;

/// <summary>
/// Caltech-101 (Fei-Fei, Fergus, Perona 2004): <c>101_ObjectCategories/CLASS/image_0001.jpg</c>. There is no official
/// split: as in the paper, 30 images of each class are drawn for training, and the rest are for testing.
/// <c>BACKGROUND_Google</c> counts as a class: the paper does not mention it, but it is one of the 102 classes in the
/// split of TensorFlow Datasets (3,060 and 6,084 images), from which the paper's protocol descends (Kornblith, Shlens,
/// Le 2019).
/// </summary>
internal static class Caltech101
{
    public const string Layout = "101_ObjectCategories/CLASS/image_NUMBER.jpg, BACKGROUND_Google among the classes";

    private const int TrainingImages = 30;

    public static ImageDataSet Open(DataSpec spec, DataOptions options)
    {
        string[] places =
        [
            "101_ObjectCategories",
            "caltech-101/101_ObjectCategories",
            "caltech101/101_ObjectCategories",
        ];
        string root = places.Select(place => Path.Join(spec.Folder, place)).FirstOrDefault(Directory.Exists)
            ?? throw spec.Missing(Layout);
        FileDataSet all = ImageFolder.Open(spec.Text, root, options);
        IReadOnlyList<int> labels = all.Labels ?? throw spec.Missing(Layout);
        bool wantsTest = spec.Split == "test";
        return all.Subset([.. Enumerable.Range(0, all.Count)
            .GroupBy(image => labels[image])
            .SelectMany(images => Part([.. images], images.Key, spec.Seed, wantsTest))
            .Order()]);
    }

    private static int[] Part(int[] images, int label, long seed, bool wantsTest)
    {
        new RandomStream(seed, Purpose.Split, label).Shuffle(images.AsSpan());
        int end = Math.Min(TrainingImages, images.Length);
        return wantsTest ? images[end..] : images[..end];
    }
}

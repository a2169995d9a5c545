namespace SimClr.Data;

/// <summary>
/// Stanford Cars (Krause et al. 2013) in either of its two layouts: <c>devkit/cars_train_annos.mat</c> with
/// <c>cars_train</c> and <c>cars_test_annos_withlabels.mat</c> with <c>cars_test</c>, or <c>cars_annos.mat</c> with
/// <c>car_ims</c>, whose field <c>test</c> gives the split.
/// </summary>
internal static class StanfordCars
{
    public const string Layout =
        "devkit/cars_meta.mat, devkit/cars_train_annos.mat, cars_test_annos_withlabels.mat, cars_train/NUMBER.jpg and "
            + "cars_test/NUMBER.jpg; or cars_annos.mat and car_ims/NUMBER.jpg";

    private const string Annotations = "annotations";
    private const string Names = "class_names";

    public static ImageDataSet Open(DataSpec spec, DataOptions options)
        => spec.FolderWith("devkit/cars_meta.mat", "stanford_cars") is { } folder ? OpenDevkit(spec, folder, options)
            : spec.FolderWith("cars_annos.mat", "stanford_cars") is { } other ? OpenSingle(spec, other, options)
            : throw spec.Missing(Layout);

    private static FileDataSet OpenDevkit(DataSpec spec, string folder, DataOptions options)
    {
        string[] places = spec.Split == "test"
            ? ["cars_test_annos_withlabels.mat", "devkit/cars_test_annos_withlabels.mat"]
            : ["devkit/cars_train_annos.mat", "cars_train_annos.mat"];
        string list = places.Select(place => Path.Join(folder, place)).FirstOrDefault(File.Exists)
            ?? throw spec.Missing($"{places[0]} (the test annotations in the devkit have no classes)");
        MatFile mat = MatFile.Read(list);
        var images = new ListedImages(
            spec,
            Path.Join(folder, $"cars_{spec.Split}"),
            MatFile.Read(Path.Join(folder, "devkit/cars_meta.mat")).Texts(Names));
        Add(images, list, mat.Texts(Annotations, "fname"), mat.Integers(Annotations, "class"));
        return images.ToDataSet(options);
    }

    private static FileDataSet OpenSingle(DataSpec spec, string folder, DataOptions options)
    {
        string list = Path.Join(folder, "cars_annos.mat");
        MatFile mat = MatFile.Read(list);
        int wanted = spec.Split == "test" ? 1 : 0;
        int[] rows = [.. mat.Integers(Annotations, "test").Index().Where(row => row.Item == wanted).Select(
            row => row.Index)];
        string[] files = mat.Texts(Annotations, "relative_im_path");
        int[] classes = mat.Integers(Annotations, "class");
        var images = new ListedImages(spec, folder, mat.Texts(Names));
        Add(images, list, [.. rows.Select(row => files[row])], [.. rows.Select(row => classes[row])]);
        return images.ToDataSet(options);
    }

    private static void Add(ListedImages images, string list, string[] files, int[] classes)
    {
        for (int i = 0; i < files.Length; i++)
        {
            images.Add(list, i + 1, files[i], classes[i] - 1);
        }
    }
}

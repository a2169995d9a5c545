using System.Globalization;
using SimClr.Data;

namespace SimClr.Tests.Data;

/// <summary>
/// The twelve sets with a few images each, in their official layouts, below the folder names of their archives. Image n
/// is an image of <see cref="Images"/>.
/// </summary>
internal sealed class SmallTransferSets(TemporaryFolder folder)
{
    private static readonly MatBytes Mat = new(bigEndian: false);

    private int pictures;

    /// <summary>The class of each written image, by the end of its path.</summary>
    public Dictionary<string, string> Classes { get; } = [];

    public static TheoryData<string> Names => [.. TransferCatalog.Sets.Select(set => set.Name)];

    /// <summary>The sets whose lists name image files.</summary>
    public static TheoryData<string> Listed
        => [.. TransferCatalog.Sets.Select(set => set.Name)
            .Where(name => name is not ("cifar10" or "cifar100" or "caltech101" or "birdsnap"))];

    /// <summary>Writes a set and returns the expected content.</summary>
    public TransferSet Write(string name)
    {
        TransferSet official = TransferCatalog.Find(name)!;
        return name switch
        {
            "food101" => WriteFood(official with { Classes = 2, TrainImages = 6, TestImages = 4 }),
            "cifar10" => WriteCifar(official with { TrainImages = 100, TestImages = 20 }, labelBytes: 1),
            "cifar100" => WriteCifar(official with { TrainImages = 200, TestImages = 100 }, labelBytes: 2),
            "birdsnap" => WriteBirdsnap(official with { Classes = 2, TrainImages = 5, TestImages = 2 }),
            "sun397" => WriteSun(official with { Classes = 2, TrainImages = 6, TestImages = 4 }),
            "cars" => WriteCars(official with { Classes = 3, TrainImages = 6, TestImages = 3 }),
            "aircraft"
                => WriteAircraft(official with { Classes = 2, TrainImages = 4, ValidationImages = 2, TestImages = 2 }),
            "voc2007" => WriteVoc(official with { TrainImages = 3, ValidationImages = 2, TestImages = 3 }),
            "dtd"
                => WriteTextures(official with { Classes = 3, TrainImages = 4, ValidationImages = 2, TestImages = 3 }),
            "pets" => WritePets(official with { Classes = 2, TrainImages = 6, TestImages = 4 }),
            "caltech101" => WriteCaltech(official with { Classes = 2, TrainImages = 60, TestImages = 5 }),
            _ => WriteFlowers(official with { TrainImages = 3, ValidationImages = 2, TestImages = 3 }),
        };
    }

    /// <summary>Cars in the layout that its authors publish now: one list for all images.</summary>
    public TransferSet WriteCarsInOneList()
    {
        byte[] Row(string file, int number, bool test)
            => [.. Mat.Text("", file), .. Mat.Doubles("", number), .. Mat.Doubles("", test ? 1 : 0)];
        (string File, int Number, bool Test)[] rows =
        [
            ("a.jpg", 2, false), ("b.jpg", 1, true), ("c.jpg", 1, false), ("d.jpg", 2, false),
        ];
        foreach ((string file, int number, bool _) in rows)
        {
            Picture($"cars/car_ims/{file}", number == 1 ? "one" : "two");
        }

        folder.Write("cars/cars_annos.mat", Mat.File(
            Mat.Structs("annotations", ["relative_im_path", "class", "test"], 4, [.. rows.Select(
                row => Row($"car_ims/{row.File}", row.Number, row.Test))]),
            Mat.Cells("class_names", Mat.Text("", "one"), Mat.Text("", "two"))));
        return TransferCatalog.Find("cars")! with { Classes = 2, TrainImages = 3, TestImages = 1 };
    }

    private TransferSet WriteFood(TransferSet set)
    {
        string[] classes = ["apple_pie", "baklava"];
        folder.Write("food-101/meta/classes.txt", Lines(classes));
        folder.Write(
            "food-101/meta/train.txt",
            Lines(Each(classes, 3, (name, i) => Picture($"food-101/images/{name}/{i}.jpg", name, $"{name}/{i}"))));
        folder.Write(
            "food-101/meta/test.txt",
            Lines(Each(classes, 2, (name, i) => Picture($"food-101/images/{name}/9{i}.jpg", name, $"{name}/9{i}"))));
        return set;
    }

    private TransferSet WriteCifar(TransferSet set, int labelBytes)
    {
        string place = set.Folders[0];
        int count = 0;
        byte[] Records(string file, int records) => [.. Enumerable.Range(0, records).SelectMany(i =>
        {
            int label = count++ % set.Classes;
            Classes[$"{file}#{i}"] = set.Classes == 10 ? TenNames[label] : Text(label);
            return new byte[labelBytes - 1].Append((byte)label).Concat(Enumerable.Repeat((byte)count, 3072));
        })];
        string[] train = set.Classes == 10
            ? [.. Enumerable.Range(1, 5).Select(i => $"data_batch_{i}.bin")]
            : ["train.bin"];
        string test = set.Classes == 10 ? "test_batch.bin" : "test.bin";
        foreach (string file in train)
        {
            folder.Write($"{place}/{file}", Records(file, set.TrainImages / train.Length));
        }

        folder.Write($"{place}/{test}", Records(test, set.TestImages));
        return set;
    }

    private static readonly string[] TenNames =
    [
        "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
    ];

    private TransferSet WriteBirdsnap(TransferSet set)
    {
        string[] dirs = ["Blue_Jay", "Acadian_Flycatcher"];
        string[] common = ["Blue Jay", "Acadian Flycatcher"];
        folder.Write("birdsnap/species.txt", "id\tcommon\tscientific\tdir\n"
            + Lines([.. dirs.Select((dir, i) => $"{i + 1}\t{common[i]}\tx\t{dir}")]));
        string[] all = Each(dirs, 4, (dir, i) => $"{dir}/{i}.jpg");
        string[] test = [.. all.Where(path => path.EndsWith("/0.jpg", StringComparison.Ordinal))];
        folder.Write("birdsnap/images.txt", "url\tmd5\tpath\tspecies_id\tbb_x1\n"
            + Lines([.. all.Select(path
                => $"http://nowhere\t0\t{path}\t{(path.StartsWith("Blue", StringComparison.Ordinal) ? 1 : 2)}\t5")]));
        folder.Write("birdsnap/test_images.txt", "path\n" + Lines(test));
        foreach (string path in all.Where(path => path != "Blue_Jay/3.jpg"))   // no longer where it was published
        {
            Picture(
                $"birdsnap/download/images/{path}", common[path.StartsWith("Blue", StringComparison.Ordinal) ? 0 : 1]);
        }

        return set;
    }

    private TransferSet WriteSun(TransferSet set)
    {
        string[] classes = ["/b/bow_window/indoor", "/a/abbey"];   // not in alphabetical order
        folder.Write("SUN397/ClassName.txt", Lines(classes));
        folder.Write(
            "SUN397/Partitions/Training_01.txt",
            Lines(Each(classes, 3, (name, i) => Picture($"SUN397{name}/sun_a{i}.jpg", name, $"{name}/sun_a{i}.jpg"))));
        folder.Write(
            "SUN397/Partitions/Testing_01.txt",
            Lines(Each(classes, 2, (name, i) => Picture($"SUN397{name}/sun_b{i}.jpg", name, $"{name}/sun_b{i}.jpg"))));
        return set;
    }

    private TransferSet WriteCars(TransferSet set)
    {
        string[] classes = ["AM General Hummer SUV 2000", "Acura RL Sedan 2012", "Überauto"];
        byte[] Annotations(string part, int count) => Mat.File(Mat.Compressed(Mat.Structs(
            "annotations",
            ["bbox_x1", "class", "fname"],
            count,
            [.. Enumerable.Range(0, count).SelectMany<int, byte[]>(i =>
            {
                string file = string.Create(CultureInfo.InvariantCulture, $"{i + 1:D5}.jpg");
                Picture($"stanford_cars/{part}/{file}", classes[i % 3]);
                return [Mat.Doubles("", 30), Mat.UInt16("", (ushort)((i % 3) + 1)), Mat.Text("", file)];
            })])));
        folder.Write(
            "stanford_cars/devkit/cars_meta.mat",
            Mat.File(Mat.Cells("class_names", [.. classes.Select(name => Mat.Text("", name))])));
        folder.Write("stanford_cars/devkit/cars_train_annos.mat", Annotations("cars_train", set.TrainImages));
        folder.Write("stanford_cars/cars_test_annos_withlabels.mat", Annotations("cars_test", set.TestImages));
        return set;
    }

    private TransferSet WriteAircraft(TransferSet set)
    {
        const string data = "fgvc-aircraft-2013b/data";
        string[] classes = ["A340-200", "Boeing 717"];
        folder.Write($"{data}/variants.txt", Lines(classes));
        foreach ((string part, int count, string mark)
            in new[] { ("train", 2, "1"), ("val", 1, "2"), ("test", 1, "3") })
        {
            folder.Write($"{data}/images_variant_{part}.txt", Lines(Each(classes, count, (name, i)
                => Picture($"{data}/images/{mark}{name.Length}{i}.jpg", name, $"{mark}{name.Length}{i} {name}"))));
        }

        return set;
    }

    private TransferSet WriteVoc(TransferSet set)
    {
        int number = 0;
        foreach ((string part, int count)
            in new[] { ("train", set.TrainImages), ("val", set.ValidationImages), ("test", set.TestImages) })
        {
            folder.Write(
                $"VOCdevkit/VOC2007/ImageSets/Main/{part}.txt", Lines([.. Enumerable.Range(0, count).Select(i =>
                {
                    string image = string.Create(CultureInfo.InvariantCulture, $"{++number:D6}");
                    string name = i % 2 == 0 ? "cat" : "person";
                    folder.Write($"VOCdevkit/VOC2007/Annotations/{image}.xml", $"""
                    <annotation><folder>VOC2007</folder><filename>{image}.jpg</filename>
                      <object><name>{name}</name><difficult>0</difficult></object>
                      <object><name>sofa</name><difficult>1</difficult></object>
                    </annotation>
                    """);
                    return Picture($"VOCdevkit/VOC2007/JPEGImages/{image}.jpg", name, image);
                })]));
        }

        return set;
    }

    private TransferSet WriteTextures(TransferSet set)
    {
        // 'woven' is only in the test part: class numbers must not depend on the part.
        Part("val", ["banded", "dotted"], 1);
        Part("train", ["dotted", "banded"], 2);
        Part("test", ["woven", "banded", "dotted"], 1);
        return set;

        void Part(string part, string[] classes, int count) => folder.Write(
            $"dtd/labels/{part}1.txt",
            Lines(Each(classes, count, (name, i) => Picture(
                $"dtd/images/{name}/{name}_{part}{i}.jpg", name, $"{name}/{name}_{part}{i}.jpg"))));
    }

    private TransferSet WritePets(TransferSet set)
    {
        string[] classes = ["yorkshire_terrier", "Abyssinian"];
        foreach ((string part, int count, int first) in new[] { ("trainval", 3, 1), ("test", 2, 50) })
        {
            folder.Write(
                $"oxford-iiit-pet/annotations/{part}.txt",
                "#Image CLASS-ID SPECIES BREED ID\n" + Lines(Each(classes, count, (name, i)
                    => Picture(
                        $"oxford-iiit-pet/images/{name}_{first + i}.jpg",
                        name,
                        $"{name}_{first + i} {Array.IndexOf(classes, name) + 1} 1 1"))));
        }

        return set;
    }

    private TransferSet WriteCaltech(TransferSet set)
    {
        foreach ((string name, int count) in new[] { ("BACKGROUND_Google", 33), ("accordion", 32) })
        {
            for (int i = 0; i < count; i++)
            {
                Picture($"caltech101/101_ObjectCategories/{name}/image_{i:D4}.jpg", name);
            }
        }

        return set;
    }

    private TransferSet WriteFlowers(TransferSet set)
    {
        ushort[] labels = [1, 2, 102, 1, 2, 102, 7, 7];
        for (int i = 0; i < labels.Length; i++)
        {
            Picture($"flowers-102/jpg/image_0000{i + 1}.jpg", Text(labels[i]));
        }

        folder.Write("flowers-102/imagelabels.mat", Mat.File(Mat.Compressed(Mat.UInt16("labels", labels))));
        folder.Write(
            "flowers-102/setid.mat",
            Mat.File(Mat.UInt16("trnid", 8, 1, 2), Mat.UInt16("valid", 3, 4), Mat.Doubles("tstid", 5, 6, 7)));
        return set;
    }

    /// <summary>Writes the next image and returns its name in a list.</summary>
    private string Picture(string path, string className, string entry = "")
    {
        folder.Write(path, Images.Png(++pictures));
        Classes[Path.GetFileName(path)] = className;
        Classes[path] = className;
        return entry;
    }

    private static string[] Each(string[] classes, int count, Func<string, int, string> entry)
        => [.. classes.SelectMany(name => Enumerable.Range(0, count).Select(i => entry(name, i)))];

    private static string Lines(string[] lines) => string.Join('\n', lines) + "\n";

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}

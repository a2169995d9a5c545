namespace SimClr.Data;

/// <summary>
/// A data set of gray images of one size with labels 0 … classes − 1, from idx files and held in memory.
/// </summary>
internal sealed class IdxDataSet : ImageDataSet
{
    public static readonly string[] FashionNames =
    [
        "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
    ];

    public static readonly string[] DigitNames = NumericClassNames.Create(10);

    private readonly IdxFile images;
    private readonly string path;
    private readonly Lazy<string> fingerprint;

    /// <param name="name">The data spec, for messages.</param>
    /// <param name="path">The path of the image file, for messages and the fingerprint.</param>
    /// <param name="images">The images, [count × height × width].</param>
    /// <param name="labels">The labels, one per image.</param>
    /// <param name="classNames">The class names by number.</param>
    /// <exception cref="DataException">
    /// The number of labels differs from the number of images, or a label is out of range.
    /// </exception>
    public IdxDataSet(string name, string path, IdxFile images, IdxFile labels, string[] classNames)
    {
        (Name, this.path, this.images, ClassNames) = (name, path, images, classNames);
        if (labels.Values.Length != Count)
        {
            throw new DataException($"{path}: got {labels.Values.Length} labels, expected {Count}, one per image");
        }

        int wrong = Array.FindIndex(labels.Values, label => label >= classNames.Length);
        Labels = wrong < 0
            ? [.. labels.Values.Select(label => (int)label)]
            : throw new DataException(
                $"{PathOf(wrong)}: got class {labels.Values[wrong]}, expected 0 to {classNames.Length - 1}");
        fingerprint = new(() => Data.Fingerprint.Compute(
            [$"idx {Path.GetFileName(path)} {string.Join('×', images.Dimensions)}"], [images.Values, labels.Values]));
    }

    public override string Name { get; }

    public override int Count => images.Dimensions[0];

    public override IReadOnlyList<int> Labels { get; }

    public override IReadOnlyList<string> ClassNames { get; }

    public override string Fingerprint => fingerprint.Value;

    public static ImageDataSet OpenFashion(DataSpec spec, DataOptions options)
        => Open(spec, "FashionMNIST", FashionNames);

    public static ImageDataSet OpenDigits(DataSpec spec, DataOptions options)
        => Open(spec, "MNIST", DigitNames);

    public override string PathOf(int index) => $"{path}#{index}";

    public override RgbImage Read(int index)
    {
        (int height, int width) = (images.Dimensions[1], images.Dimensions[2]);
        ReadOnlySpan<byte> gray = images.Values.AsSpan(checked(index * height * width), height * width);
        byte[] pixels = new byte[3 * gray.Length];
        for (int i = 0; i < gray.Length; i++)
        {
            pixels.AsSpan(3 * i, 3).Fill(gray[i]);
        }

        return new RgbImage(width, height, pixels);
    }

    private static IdxDataSet Open(DataSpec spec, string library, string[] classNames)
    {
        string part = spec.Split == "test" ? "t10k" : "train";
        string images = Find(spec, library, $"{part}-images-idx3-ubyte");
        string labels = Find(spec, library, $"{part}-labels-idx1-ubyte");
        return new IdxDataSet(
            spec.Text, images, IdxFile.Read(images, rank: 3), IdxFile.Read(labels, rank: 1), classNames);
    }

    /// <summary>Finds a file, plain or gzipped, in the folder or where torchvision's downloader puts it.</summary>
    private static string Find(DataSpec spec, string library, string file)
    {
        string[] names = [file, file + ".gz"];
        return names
            .Select(name => spec.FolderWith(name, $"{library}/raw") is { } folder ? Path.Join(folder, name) : null)
            .FirstOrDefault(path => path is not null)
            ?? throw spec.Missing($"{file} or {file}.gz");
    }
}

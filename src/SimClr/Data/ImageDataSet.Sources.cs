namespace SimClr.Data;

/// <content>
/// Named sources, one for each form of data that <see cref="DataSets.Open"/> accepts as text. Paths are used as they
/// are.
/// </content>
public abstract partial class ImageDataSet
{
    /// <summary>
    /// Opens the images of a folder and its subfolders, sorted by path. Classes are the subfolders that contain images.
    /// There are no labels if images lie in the folder itself.
    /// </summary>
    /// <param name="folder">The folder.</param>
    /// <param name="options">The options for decoding images, or null for the defaults.</param>
    /// <exception cref="DataException">The folder does not exist, or contains no images.</exception>
    /// <exception cref="ConfigurationException">The decoder is missing.</exception>
    public static ImageDataSet FromFolder(string folder, DataOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        return Directory.Exists(folder)
            ? ImageFolder.Open(folder, folder, Checked(options))
            : throw new DataException(
                $"'{folder}': no such folder (looked for {Path.GetFullPath(folder)}); expected a folder of images");
    }

    /// <summary>Opens image files in the order of a list.</summary>
    /// <param name="files">
    /// The paths; relative paths start from the current directory. A missing file counts as an image that cannot be
    /// read.
    /// </param>
    /// <param name="classes">
    /// The class name of each file, or null for a set without labels. Names that differ by Unicode normalization alone
    /// are one class.
    /// </param>
    /// <param name="options">The options for decoding images, or null for the defaults.</param>
    /// <param name="name">The name of the set in messages.</param>
    /// <exception cref="ArgumentException">The number of classes differs from the number of files.</exception>
    /// <exception cref="ConfigurationException">The decoder is missing.</exception>
    public static ImageDataSet FromFiles(
        IReadOnlyList<string> files,
        IReadOnlyList<string>? classes = null,
        DataOptions? options = null,
        string name = "image files")
    {
        ArgumentNullException.ThrowIfNull(files);
        return classes is null || classes.Count == files.Count
            ? new FileDataSet(name, Directory.GetCurrentDirectory(), files, classes, Checked(options))
            : throw new ArgumentException(
                $"got {classes.Count} classes, expected one for each of {files.Count} files", nameof(classes));
    }

    /// <summary>
    /// Opens the images listed in a CSV file, with the columns <c>path</c> and, if labeled, <c>label</c>. Paths are
    /// absolute, or relative to the folder of the file.
    /// </summary>
    /// <param name="file">The path of the CSV file.</param>
    /// <param name="options">The options for decoding images, or null for the defaults.</param>
    /// <exception cref="DataException">
    /// The file cannot be read, has the wrong columns, or lists no existing image.
    /// </exception>
    /// <exception cref="ConfigurationException">The decoder is missing.</exception>
    public static ImageDataSet FromManifest(string file, DataOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(file);
        return Manifest.Open(file, file, Checked(options));
    }

    /// <summary>Opens the images of a packed file, which are read by offset without decoding.</summary>
    /// <param name="file">A file written by <see cref="PackFile"/>.</param>
    /// <exception cref="DataException">The file is of the wrong kind, truncated or damaged.</exception>
    public static ImageDataSet FromPack(string file)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(file);
        return PackDataSet.Open(file);
    }

    /// <summary>Opens the images of tar files, with their classes, in the layout of WebDataset.</summary>
    /// <param name="pattern">The paths, with <c>*</c> and <c>?</c> as wildcards: <c>shards/train-*.tar</c>.</param>
    /// <param name="options">The options for decoding images, or null for the defaults.</param>
    /// <exception cref="DataException">No file matches, or the files contain no images.</exception>
    /// <exception cref="ConfigurationException">The decoder is missing.</exception>
    public static ImageDataSet FromTar(string pattern, DataOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(pattern);
        return DataSets.OpenSpec(new DataSpec($"tar:{pattern}", "tar", pattern, ""), Checked(options));
    }

    /// <summary>
    /// Opens the images of the package SimClr.SampleImages, from Fashion-MNIST: 8,000 for training and 2,000 for
    /// testing; 28 × 28 pixels, 10 classes.
    /// </summary>
    /// <param name="split">The part: train or test.</param>
    /// <exception cref="ConfigurationException">
    /// The set has no such split, or the program does not reference the package.
    /// </exception>
    public static ImageDataSet Sample(DataSplit split = DataSplit.Train) => Published("sample", "", split, null);

    /// <summary>CIFAR-10 (Krizhevsky 2009): 32 × 32 pixels, 10 classes. Train and test.</summary>
    /// <inheritdoc cref="Published"/>
    public static ImageDataSet Cifar10(string folder, DataSplit split = DataSplit.Train, DataOptions? options = null)
        => Published("cifar10", folder, split, options);

    /// <summary>CIFAR-100 (Krizhevsky 2009): 32 × 32 pixels, 100 classes. Train and test.</summary>
    /// <inheritdoc cref="Published"/>
    public static ImageDataSet Cifar100(string folder, DataSplit split = DataSplit.Train, DataOptions? options = null)
        => Published("cifar100", folder, split, options);

    /// <summary>STL-10 (Coates, Ng and Lee 2011): 96 × 96 pixels, 10 classes. Unlabeled, train and test.</summary>
    /// <inheritdoc cref="Published"/>
    public static ImageDataSet Stl10(string folder, DataSplit split = DataSplit.Unlabeled, DataOptions? options = null)
        => Published("stl10", folder, split, options);

    /// <summary>Fashion-MNIST (Xiao, Rasul and Vollgraf 2017): 28 × 28 pixels, 10 classes. Train and test.</summary>
    /// <inheritdoc cref="Published"/>
    public static ImageDataSet FashionMnist(
        string folder, DataSplit split = DataSplit.Train, DataOptions? options = null)
        => Published("fashion-mnist", folder, split, options);

    /// <summary>MNIST (LeCun, Cortes and Burges): 28 × 28 pixels, 10 digits. Train and test.</summary>
    /// <inheritdoc cref="Published"/>
    public static ImageDataSet Mnist(string folder, DataSplit split = DataSplit.Train, DataOptions? options = null)
        => Published("mnist", folder, split, options);

    /// <summary>Food-101: 101 dishes. Train and test.</summary>
    /// <inheritdoc cref="Published"/>
    public static ImageDataSet Food101(string folder, DataSplit split = DataSplit.Train, DataOptions? options = null)
        => Published("food101", folder, split, options);

    /// <summary>Birdsnap: 500 species of birds. Train and test.</summary>
    /// <inheritdoc cref="Published"/>
    public static ImageDataSet Birdsnap(string folder, DataSplit split = DataSplit.Train, DataOptions? options = null)
        => Published("birdsnap", folder, split, options);

    /// <summary>SUN397: 397 kinds of scenes. Train and test (the first official partition).</summary>
    /// <inheritdoc cref="Published"/>
    public static ImageDataSet Sun397(string folder, DataSplit split = DataSplit.Train, DataOptions? options = null)
        => Published("sun397", folder, split, options);

    /// <summary>Stanford Cars: 196 models. Train and test.</summary>
    /// <inheritdoc cref="Published"/>
    public static ImageDataSet StanfordCars(
        string folder, DataSplit split = DataSplit.Train, DataOptions? options = null)
        => Published("cars", folder, split, options);

    /// <summary>FGVC Aircraft: 100 variants. Train, validation and test.</summary>
    /// <inheritdoc cref="Published"/>
    public static ImageDataSet Aircraft(string folder, DataSplit split = DataSplit.Train, DataOptions? options = null)
        => Published("aircraft", folder, split, options);

    /// <summary>PASCAL VOC 2007: 20 classes, possibly several per image. Train, validation and test.</summary>
    /// <inheritdoc cref="Published"/>
    public static ImageDataSet Voc2007(string folder, DataSplit split = DataSplit.Train, DataOptions? options = null)
        => Published("voc2007", folder, split, options);

    /// <summary>Describable Textures (DTD): 47 textures. Train, validation and test.</summary>
    /// <inheritdoc cref="Published"/>
    public static ImageDataSet Dtd(string folder, DataSplit split = DataSplit.Train, DataOptions? options = null)
        => Published("dtd", folder, split, options);

    /// <summary>Oxford-IIIT Pets: 37 breeds. Train and test.</summary>
    /// <inheritdoc cref="Published"/>
    public static ImageDataSet Pets(string folder, DataSplit split = DataSplit.Train, DataOptions? options = null)
        => Published("pets", folder, split, options);

    /// <summary>
    /// Caltech-101: 101 objects and a background class, with 30 training images of each class. Train and test.
    /// </summary>
    /// <inheritdoc cref="Published"/>
    public static ImageDataSet Caltech101(string folder, DataSplit split = DataSplit.Train, DataOptions? options = null)
        => Published("caltech101", folder, split, options);

    /// <summary>Oxford 102 Flowers: 102 species. Train, validation and test.</summary>
    /// <inheritdoc cref="Published"/>
    public static ImageDataSet Flowers(string folder, DataSplit split = DataSplit.Train, DataOptions? options = null)
        => Published("flowers", folder, split, options);

    /// <param name="kind">The name of the set in a data spec.</param>
    /// <param name="folder">The folder of the unpacked archives.</param>
    /// <param name="split">The split.</param>
    /// <param name="options">The options for decoding images, or null for the defaults.</param>
    /// <exception cref="ConfigurationException">The set has no such split, or the decoder is missing.</exception>
    /// <exception cref="DataException">The folder does not contain the set.</exception>
    private static ImageDataSet Published(string kind, string folder, DataSplit split, DataOptions? options)
    {
        ArgumentNullException.ThrowIfNull(folder);
        return DataSets.OpenSplit(kind, folder, split.ToString().ToLowerInvariant(), Checked(options));
    }

    private static DataOptions Checked(DataOptions? options)
    {
        options ??= new DataOptions();
        _ = ImageDecoder.NameFor(options);   // Reports a missing decoder before any image is read.
        return options;
    }
}

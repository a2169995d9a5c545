using SimClr.Internals;

namespace SimClr.Data;

/// <summary>A data set of image files below a root folder, one image per file.</summary>
internal sealed class FileDataSet : ImageDataSet
{
    private readonly string root;
    private readonly IReadOnlyList<string> files;
    private readonly DataOptions options;
    private readonly Lazy<string> fingerprint;

    /// <param name="name">The path or data spec that the user typed.</param>
    /// <param name="root">The folder to which the paths are relative.</param>
    /// <param name="files">The paths of the files, relative to the root or absolute.</param>
    /// <param name="classes">
    /// The class name of each file, or null. Names that differ only in Unicode normalization are one class.
    /// </param>
    /// <param name="options">The options for decoding.</param>
    /// <param name="noLabelsReason">See <see cref="ImageDataSet.NoLabelsReason"/>.</param>
    /// <param name="omissions">See <see cref="ImageDataSet.Omissions"/>.</param>
    public FileDataSet(
        string name,
        string root,
        IReadOnlyList<string> files,
        IReadOnlyList<string>? classes,
        DataOptions options,
        string? noLabelsReason = null,
        Omissions? omissions = null)
        : this(name, root, files, options, classes ?? [])
    {
        NoLabelsReason = noLabelsReason;
        Omissions = omissions ?? Omissions.None;
        if (classes is not null)
        {
            // A set copied from a Mac may contain a name in both normalization forms.
            string[] composed = [.. classes.Select(Nfc.Compose)];
            string[] names = [.. composed.Distinct().Order(StringComparer.Ordinal)];
            var numbers = names.Index().ToDictionary(pair => pair.Item, pair => pair.Index);
            ClassNames = names;
            Labels = [.. composed.Select(name => numbers[name])];
        }
    }

    /// <summary>Creates a data set that comes with numbered classes.</summary>
    public FileDataSet(
        string name,
        string root,
        IReadOnlyList<string> files,
        IReadOnlyList<int> labels,
        IReadOnlyList<string> classNames,
        DataOptions options)
        : this(name, root, files, options, labels.Select(label => classNames[label]))
    {
        ClassNames = classNames;
        Labels = labels;
    }

    /// <summary>Creates a data set whose images may have several classes each.</summary>
    public FileDataSet(
        string name,
        string root,
        IReadOnlyList<string> files,
        IReadOnlyList<sbyte[]> multiLabels,
        IReadOnlyList<string> classNames,
        DataOptions options)
        : this(name, root, files, options, multiLabels.Select(classes => string.Join(' ', classes)))
    {
        ClassNames = classNames;
        MultiLabels = multiLabels;
    }

    private FileDataSet(
        string name, string root, IReadOnlyList<string> files, DataOptions options, IEnumerable<string> descriptions)
    {
        Name = name;
        this.root = root;
        this.files = files;
        this.options = options;
        fingerprint = new(() => Data.Fingerprint.Compute(files.Select(Describe).Concat(descriptions)));
    }

    public override string Name { get; }

    public override int Count => files.Count;

    public override IReadOnlyList<int>? Labels { get; }

    public override IReadOnlyList<string>? ClassNames { get; }

    public override IReadOnlyList<sbyte[]>? MultiLabels { get; }

    public override string? NoLabelsReason { get; }

    public override Omissions Omissions { get; } = Omissions.None;

    public override string Fingerprint => fingerprint.Value;

    public override string PathOf(int index) => Path.Combine(root, files[index]);

    internal override string RelativePathOf(int index) => files[index];

    internal override string? Decoder => ImageDecoder.NameFor(options);

    public override RgbImage Read(int index)
    {
        string path = PathOf(index);
        return ImageDecoder.Decode(FileSlice.ReadAll(path), path, options);
    }

    public override void Recycle(int index, RgbImage image) => PixelPool.Return(image);

    private string Describe(string file)
    {
        var info = file.Contains('\0') ? null : new FileInfo(Path.Combine(root, file));
        return $"{file} {(info is { Exists: true } ? info.Length : -1)}";
    }
}

using SimClr.Internals;

namespace SimClr.Data;

/// <summary>
/// A data set of images of one size in binary files of fixed-length records (CIFAR, STL-10), read by offset.
/// </summary>
internal sealed class RecordDataSet : ImageDataSet
{
    private readonly RecordLayout layout;
    private readonly string[] files;
    private readonly int[] ends;
    private readonly Lazy<string> fingerprint;
    private int[]? labels;
    private IReadOnlyList<string>? classNames;

    /// <param name="name">The data spec, for messages.</param>
    /// <param name="kind">The set and split, for the fingerprint.</param>
    /// <param name="files">The files, in the order of the images.</param>
    /// <param name="layout">The layout of a record.</param>
    /// <exception cref="DataException">
    /// A file is missing or empty, or its length is not a multiple of the record length.
    /// </exception>
    public RecordDataSet(string name, string kind, string[] files, RecordLayout layout)
    {
        Name = name;
        this.files = files;
        this.layout = layout;
        ends = new int[files.Length];
        for (int i = 0; i < files.Length; i++)
        {
            ends[i] = (i > 0 ? ends[i - 1] : 0) + CountIn(files[i]);
        }

        fingerprint = new(
            () => Data.Fingerprint.ComputeForFiles([kind, string.Join(' ', labels ?? [])], files, Count, ReadRecord));
    }

    public override string Name { get; }

    public override int Count => ends[^1];

    public override IReadOnlyList<int>? Labels => labels;

    public override IReadOnlyList<string>? ClassNames => classNames;

    public override string Fingerprint => fingerprint.Value;

    /// <summary>Adds labels and returns this set.</summary>
    /// <exception cref="DataException">
    /// The number of labels differs from the number of images, or a label is not the number of a class.
    /// </exception>
    public RecordDataSet WithLabels(int[] values, IReadOnlyList<string> names)
    {
        if (values.Length != Count)
        {
            throw new DataException($"'{Name}': got {values.Length} labels, expected {Count}, one per image");
        }

        int wrong = Array.FindIndex(values, value => value < 0 || value >= names.Count);
        if (wrong >= 0)
        {
            throw new DataException(
                $"{PathOf(wrong)}: got class {values[wrong]}, expected 0 to {names.Count - 1}; is this the "
                    + "right kind of file?");
        }

        (labels, classNames) = (values, names);
        return this;
    }

    /// <summary>Reads the classes stored in the records.</summary>
    public int[] ReadLabels()
    {
        List<int> values = new(Count);
        byte[] record = new byte[layout.Bytes];
        foreach (string file in files)
        {
            RegularFile.Require(file);
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16);
            while (stream.ReadAtLeast(record, record.Length, throwOnEndOfStream: false) == record.Length)
            {
                values.Add(record[layout.LabelBytes - 1]);
            }
        }

        return [.. values];
    }

    public override string PathOf(int index)
    {
        (int file, int record) = Locate(index);
        return $"{files[file]}#{record}";
    }

    public override RgbImage Read(int index) => layout.ToImage(ReadRecord(index));

    private byte[] ReadRecord(int index)
    {
        (int file, int record) = Locate(index);
        return FileSlice.Read(files[file], (long)record * layout.Bytes, layout.Bytes, PathOf(index));
    }

    private (int File, int Record) Locate(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
        int file = Array.FindIndex(ends, end => index < end);
        return (file, file > 0 ? index - ends[file - 1] : index);
    }

    private int CountIn(string file)
    {
        if (!File.Exists(file))
        {
            throw new DataException($"'{Name}': no file {Path.GetFullPath(file)}");
        }

        long length = FileSize.Get(file);
        return length > 0 && length % layout.Bytes == 0
            ? checked((int)(length / layout.Bytes))
            : throw new DataException(
                $"{file}: got {length} bytes, expected a multiple of {layout.Bytes} (one "
                    + "image); is the file complete?");
    }
}

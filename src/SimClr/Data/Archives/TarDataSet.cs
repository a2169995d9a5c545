namespace SimClr.Data;

/// <summary>
/// A data set of WebDataset shards: plain tar files in which the members with the same key belong together, such as
/// <c>KEY.jpg</c> and its class number in <c>KEY.cls</c>. A key ends at the first dot of the file name. Members are
/// indexed once and read by offset. A link to another member of its shard is resolved; other links are left out and
/// reported.
/// </summary>
internal sealed class TarDataSet : ImageDataSet
{
    private readonly string[] shards;
    private readonly IReadOnlyList<TarMember> members;
    private readonly DataOptions options;
    private readonly Lazy<string> fingerprint;

    private TarDataSet(string name, string[] shards, TarIndex[] indexes, DataOptions options)
    {
        (Name, this.shards, this.options) = (name, shards, options);
        members = [.. indexes.SelectMany(index => index.Images)];
        Omissions = Omitted(indexes);
        int labeled = members.Count(member => member.Label >= 0);
        if (labeled == Count)
        {
            Labels = [.. members.Select(member => member.Label)];
            ClassNames = NumericClassNames.Create(Labels.Max() + 1);
        }
        else if (labeled > 0)
        {
            NoLabelsReason = ReasonFor(indexes, Count - labeled);
        }

        fingerprint = new(() => Data.Fingerprint.ComputeForFiles(
            ["tar", .. members.Select(member => member.ToString())], shards, Count, ReadMember));
    }

    public override string Name { get; }

    public override int Count => members.Count;

    public override IReadOnlyList<int>? Labels { get; }

    public override IReadOnlyList<string>? ClassNames { get; }

    public override string? NoLabelsReason { get; }

    public override Omissions Omissions { get; }

    public override string Fingerprint => fingerprint.Value;

    public static ImageDataSet Open(DataSpec spec, DataOptions options)
    {
        string[] shards = FilePattern.Match(spec.Folder);
        if (shards.Length == 0)
        {
            throw new DataException(
                $"'{spec.Text}': no file matches {Path.GetFullPath(spec.Folder)} (patterns may contain * and ?)");
        }

        TarIndex[] indexes = [.. shards.Select(TarIndex.ReadShard)];
        return indexes.Any(index => index.Images.Count > 0)
            ? new TarDataSet(spec.Text, shards, indexes, options)
            : throw new DataException(
                $"'{spec.Text}': no image in {shards.Length} shard(s); expected members that end in "
                    + $"{string.Join(", ", ImageDecoder.Extensions)}{LeftOutOf(indexes)}");
    }

    public override string PathOf(int index) => $"{shards[members[index].Shard]}/{members[index].Name}";

    internal override (string File, long Offset, long Length)? SliceOf(int index)
        => (shards[members[index].Shard], members[index].Offset, members[index].Length);

    internal override string? Decoder => ImageDecoder.NameFor(options);

    public override RgbImage Read(int index) => ImageDecoder.Decode(ReadMember(index), PathOf(index), options);

    public override void Recycle(int index, RgbImage image) => PixelPool.Return(image);

    private byte[] ReadMember(int index)
    {
        TarMember member = members[index];
        return member.Length <= Array.MaxLength
            ? FileSlice.Read(shards[member.Shard], member.Offset, (int)member.Length, PathOf(index))
            : throw new UnreadableImageException(
                PathOf(index), $"{member.Length} bytes are more than an image can have");
    }

    /// <summary>Returns the reason why a partly labeled set has no labels: which image has no class.</summary>
    private string ReasonFor(TarIndex[] indexes, int missing)
    {
        int first = members.Index().First(member => member.Item.Label < 0).Index;
        int links = indexes.Sum(index => index.DanglingLabels.Count);
        string hint = links > 0
            ? $"; {links} .cls are links to files that the shards do not contain: pack with 'tar -h'"
            : "";
        return $"'{PathOf(first)}' has no .cls ({missing} of {Count} images{hint})";
    }

    private Omissions Omitted(TarIndex[] indexes)
    {
        int links = indexes.Sum(index => index.DanglingImages.Count);
        string all = links > 1 ? $"{links} members are links to files" : "it is a link to a file";
        int labels = indexes.Sum(index => index.LabelsWithoutImage.Count);
        string alone = labels > 1
            ? $"{labels} .cls members have no image with the same key"
            : "a .cls member without an image of the same key";
        Omission[] odd =
        [
            .. indexes.SelectMany((index, shard) => index.DanglingImages.Select(image => new Omission(
                $"{shards[shard]}/{image.Name}",
                $"{all} that the shard does not contain (this one to '{image.Link}'); pack with 'tar -h'"))),
            .. indexes.SelectMany((index, shard) => index.LabelsWithoutImage.Select(name => new Omission(
                $"{shards[shard]}/{name}",
                $"{alone} in the shard; expected both side by side, such as 7.jpg and 7.cls"))),
        ];
        return UnsupportedFormatsIn(indexes) with { SpecialFiles = odd };
    }

    private static Omissions UnsupportedFormatsIn(TarIndex[] indexes)
        => indexes.Aggregate(
            Omissions.None,
            (sum, index) => sum.Merge(Omissions.None with { UnsupportedFormats = index.UnsupportedFormats }));

    private static string LeftOutOf(TarIndex[] indexes)
    {
        int links = indexes.Sum(index => index.DanglingImages.Count);
        string passedOver = UnsupportedFormatsIn(indexes).UnsupportedFormatsText();
        return (passedOver.Length > 0 ? $". Skipped {passedOver}, which are not supported" : "")
            + (links > 0
                ? $". {links} members are links to files that the shards do not contain: pack with 'tar -h'"
                : "");
    }
}

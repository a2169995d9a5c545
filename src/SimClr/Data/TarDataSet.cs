namespace SimClr.Data;

/// <summary>
/// WebDataset shards: plain tar files in which members of one key belong together, <c>KEY.jpg</c> with the class
/// number in <c>KEY.cls</c>; a key ends at the first dot of the file name. The members are indexed once and read by
/// offset.
/// </summary>
internal sealed class TarDataSet : ImageDataSet
{
    private readonly string[] shards;
    private readonly IReadOnlyList<TarMember> members;
    private readonly DataOptions options;
    private readonly Lazy<string> fingerprint;

    private TarDataSet(string name, string[] shards, IReadOnlyList<TarMember> members, DataOptions options)
    {
        (Name, this.shards, this.members, this.options) = (name, shards, members, options);
        if (members.All(member => member.Label >= 0))
        {
            Labels = [.. members.Select(member => member.Label)];
            ClassNames = ClassNumbers.Of(Labels.Max() + 1);
        }

        fingerprint = new(() => Data.Fingerprint.OfFiles(
            ["tar", .. members.Select(member => member.ToString())], shards, Count, ReadMember));
    }

    public override string Name { get; }

    public override int Count => members.Count;

    public override IReadOnlyList<int>? Labels { get; }

    public override IReadOnlyList<string>? ClassNames { get; }

    public override string Fingerprint => fingerprint.Value;

    public static ImageDataSet Open(TypedName typed, DataOptions options)
    {
        string[] shards = FilePattern.Match(typed.Folder);
        if (shards.Length == 0)
        {
            throw new DataException(
                $"'{typed.Text}': no file matches {Path.GetFullPath(typed.Folder)} (patterns may hold * and ?)");
        }

        TarMember[] members = [.. shards.SelectMany((shard, number) => TarIndex.Of(shard, number))];
        return members.Length > 0
            ? new TarDataSet(typed.Text, shards, members, options)
            : throw new DataException(
                $"'{typed.Text}': no image in {shards.Length} shard(s); expected members that end in "
                    + $"{string.Join(", ", ImageDecoder.Extensions)}");
    }

    public override string PathOf(int index) => $"{shards[members[index].Shard]}/{members[index].Name}";

    internal override string? Decoder => ImageDecoder.NameFor(options);

    public override RgbImage Read(int index) => ImageDecoder.Decode(ReadMember(index), PathOf(index), options);

    internal override void Recycle(int index, RgbImage image) => PixelPool.Return(image);

    private byte[] ReadMember(int index)
    {
        TarMember member = members[index];
        return FileSlice.Read(shards[member.Shard], member.Offset, member.Length, PathOf(index));
    }
}

using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using SimClr.Tests.Data;
using SkiaSharp;

namespace SimClr.Tests.Cli;

/// <summary>Files with several names, and copies of files, in <c>duplicates</c>.</summary>
[Collection(ComputeThreadsCollection.Name)]
public sealed partial class DuplicateFilesTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_linked_file_is_one_image_and_saves_nothing(bool index)
    {
        Picture("b.png", 1);
        File.CreateSymbolicLink(folder.PathOf("a.png"), folder.PathOf("b.png"));
        Picture("x.png", 2);
        bool hard = OperatingSystem.IsLinux();
        if (hard)
        {
            Assert.Equal(0, Link(folder.PathOf("x.png"), folder.PathOf("y.png")));
        }
        else
        {
            File.CreateSymbolicLink(folder.PathOf("y.png"), folder.PathOf("x.png"));
        }

        File.Copy(folder.PathOf("x.png"), folder.PathOf("z.png"));
        string table = Table([("a.png", 0), ("b.png", 0), ("x.png", 90), ("y.png", 90), ("z.png", 90)]);
        if (index)
        {
            Assert.Equal(0, CommandRun.Of("index", "create", table, "--out", folder.PathOf("e.index")).Code);
            table = folder.PathOf("e.index");
        }

        JsonObject json = CommandRun.Of("duplicates", table, "--csv", folder.PathOf("d.csv"), "--json").Json;

        Assert.Equal((3, 2, 1), ((int)json["images"]!, (int)json["links"]!, (int)json["duplicates"]!));
        JsonNode group = Assert.Single(json["groups"]!.AsArray())!;
        Assert.EndsWith("x.png", (string)group["keep"]!["path"]!);
        Assert.EndsWith("z.png", (string)group["duplicates"]![0]!["path"]!);
        Assert.Equal(new FileInfo(folder.PathOf("z.png")).Length, (long)json["bytes"]!);
        string rows = File.ReadAllText(folder.PathOf("d.csv"));
        Assert.DoesNotContain("a.png", rows);
        Assert.DoesNotContain("y.png", rows);
        Assert.Contains("2 links to the same files left out", CommandRun.Of("duplicates", table).Output);
    }

    [Fact]
    public void A_file_is_kept_rather_than_a_link_to_it()
    {
        Picture("b.png", 1);
        File.CreateSymbolicLink(folder.PathOf("a.png"), folder.PathOf("b.png"));
        File.Copy(folder.PathOf("b.png"), folder.PathOf("c.png"));

        JsonObject json = CommandRun.Of("duplicates", Table([("a.png", 0), ("b.png", 0), ("c.png", 0)]), "--json").Json;

        Assert.EndsWith("b.png", (string)json["groups"]![0]!["keep"]!["path"]!);
    }

    [Fact]
    public void A_folder_of_copies_of_one_file_is_full_of_duplicates()
    {
        Picture("0.png", 1);
        foreach (int i in Enumerable.Range(1, 7))
        {
            File.Copy(folder.PathOf("0.png"), folder.PathOf($"{i}.png"));
        }

        CommandRun run = CommandRun.Of(
            "duplicates", Table([.. Enumerable.Range(0, 8).Select(i => ($"{i}.png", 0))]), "--json");

        Assert.Equal((7, 7), ((int)run.Json["duplicates"]!, (int)run.Json["identical"]!));
        Assert.Contains("all 8 images fall into one group", run.Error);
    }

    [LibraryImport("libc", EntryPoint = "link", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string file, string name);

    private void Picture(string name, int number)
        => folder.Write(
            name, EncodedImages.OfColor(new SKColor((byte)(90 * number), 9, 200), SKEncodedImageFormat.Png, 8, 8));

    /// <summary>Embeddings in the plane, at angles in degrees.</summary>
    private string Table((string Name, int Angle)[] rows) => folder.Write(
        "e.csv",
        "path,e0,e1\n" + string.Concat(rows.Select(row => string.Create(
            CultureInfo.InvariantCulture,
            $"{folder.PathOf(row.Name)},{Math.Cos(row.Angle * Math.PI / 180)},"
                + $"{Math.Sin(row.Angle * Math.PI / 180)}\n"))));
}

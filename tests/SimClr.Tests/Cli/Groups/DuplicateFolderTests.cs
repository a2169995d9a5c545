using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using SimClr.Tests.Data;
using SimClr.Tests.Search;
using SkiaSharp;

namespace SimClr.Tests.Cli;

/// <summary>Duplicates in a folder, with and without an encoder, and moving them away.</summary>
[Collection(ComputeThreadsCollection.Name)]
public sealed partial class DuplicateFolderTests(RunFixture fixture) : IClassFixture<RunFixture>, IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Without_an_encoder_identical_scaled_and_recompressed_files_are_found_and_no_others()
    {
        Photos();

        JsonObject json = CommandRun.Of("duplicates", At("photos"), "--csv", At("d.csv"), "--json").Json;

        Assert.Equal((15, 3, 1), ((int)json["images"]!, (int)json["duplicates"]!, (int)json["identical"]!));
        Assert.Equal("hash", (string)json["threshold_choice"]!);
        Assert.Null(json["threshold"]);
        Assert.Equal(
            ["0.png: zero-copy.png", "1.png: 1-small.png", "2.png: 2-mailed.jpg"],
            json["groups"]!.AsArray().Select(group => $"{Name(group!["keep"]!)}: "
                + string.Join(' ', group["duplicates"]!.AsArray().Select(one => Name(one!)))).Order());
        Assert.Equal(7, File.ReadAllLines(At("d.csv")).Length);
        Assert.Contains("by bytes and hash", CommandRun.Of("duplicates", At("photos")).Output);
    }

    [Fact]
    public void Links_are_no_copies_and_save_nothing()
    {
        Photos();
        File.CreateSymbolicLink(At("photos/soft.png"), At("photos/3.png"));
        if (OperatingSystem.IsLinux())
        {
            Assert.Equal(0, Link(At("photos/4.png"), At("photos/hard.png")));
        }

        JsonObject json = CommandRun.Of("duplicates", At("photos"), "--json").Json;

        Assert.Equal(3, (int)json["duplicates"]!);
        Assert.Equal(OperatingSystem.IsLinux() ? 2 : 1, (int)json["links"]!);
    }

    [Fact]
    public void Duplicates_move_into_a_folder_one_of_each_group_stays_and_the_list_undoes_it()
    {
        Photos();
        string[] before = Files();

        CommandRun dry = CommandRun.Of("duplicates", At("photos"), "--move-to", At("copies"), "--dry-run");

        Assert.Contains("dry run: 3 files would be moved", dry.Output);
        Assert.Equal(before, Files());
        Assert.False(Directory.Exists(At("copies")));

        folder.Write("copies/zero-copy.png", "mine");
        JsonObject json = CommandRun.Of(
            "duplicates", At("photos"), "--move-to", At("copies"), "--html", At("d.html"), "--json").Json;

        Assert.Equal(3, json["moved"]!.AsArray().Count);
        Assert.Equal(before.Length - 3, Files().Length);
        Assert.Equal("mine", File.ReadAllText(At("copies/zero-copy.png")));
        Assert.True(File.Exists(At("copies/zero-copy-2.png")));
        Assert.True(File.Exists(At("photos/0.png")));
        Assert.Equal(4, File.ReadAllLines((string)json["undo"]!).Length);
        Assert.DoesNotContain("not found", File.ReadAllText(At("d.html")));
        Assert.Equal(0, (int)CommandRun.Of("duplicates", At("photos"), "--json").Json["duplicates"]!);
    }

    [Fact]
    public void A_pair_that_only_the_encoder_accepts_is_listed_apart_and_is_not_moved()
    {
        Photos();
        // 5 and 6 are different pictures with the same embedding; 1 and its copy are not.
        string table = folder.Write(
            "e.csv",
            $"path,e0,e1\n{At("photos/5.png")},1,0\n{At("photos/6.png")},1,0\n{At("photos/1.png")},0,1\n"
                + $"{At("photos/1-small.png")},0,1\n{At("photos/7.png")},1,1\n{At("photos/8.png")},-1,1\n");

        string[] line = ["duplicates", table, "--threshold", "0.99"];
        JsonObject json = CommandRun.Of([.. line, "--move-to", At("copies"), "--dry-run", "--json"]).Json;
        JsonObject trusting = CommandRun.Of([.. line, "--confirm", "none", "--json"]).Json;

        Assert.Equal((1, 1), ((int)json["duplicates"]!, (int)json["confirmed"]!));
        JsonNode rejected = Assert.Single(json["rejected"]!.AsArray())!;
        Assert.Equal("6.png", Name(Assert.Single(rejected["duplicates"]!.AsArray())!));
        Assert.InRange((int)rejected["duplicates"]![0]!["distance"]!, 21, 64);
        Assert.EndsWith("1-small.png", (string)Assert.Single(json["moved"]!.AsArray())!["from"]!);
        Assert.Contains("accepted by the encoder, but not by the hash", CommandRun.Of(line).Output);
        Assert.Equal(2, (int)trusting["duplicates"]!);
        Assert.Null(trusting["confirmed"]);
    }

    [Fact]
    public void A_group_of_much_of_the_set_is_marked()
    {
        Photos();
        string table = folder.Write(
            "e.csv",
            "path,e0,e1\n" + string.Concat(Enumerable.Range(0, 30).Select(
                i => $"{i}.png,{(i < 12 ? "1,0" : $"{i},{i * i}")}\n")));

        CommandRun run = CommandRun.Of("duplicates", table, "--threshold", "0.99999999");

        Assert.Contains("group 1 (WARNING: 40% of all images", run.Output);
        Assert.Contains("warning: the largest group holds 12 of 30 images", run.Error);
    }

    [Fact]
    public void Embeddings_name_their_encoder_so_that_the_threshold_is_measured()
    {
        Photos(30);
        Assert.Equal(0, CommandRun.Of("embed", fixture.At("run"), At("photos"), "--out", At("e.npy")).Code);

        CommandRun measured = CommandRun.Of("duplicates", At("e.npy"), "--json");
        CommandRun named = CommandRun.Of("duplicates", At("e.npy"), "--run", fixture.At("run"), "--json");

        // Whether so small an encoder can tell duplicates is its own affair; that it is asked is not.
        Assert.Equal((measured.Code, measured.Output), (named.Code, named.Output));
        if (measured.Code == 0)
        {
            Assert.Equal("auto", (string)measured.Json["threshold_choice"]!);
            Assert.InRange((double)measured.Json["precision"]!, 0.99, 1);
            Assert.Equal(4, measured.Json["recall_by_change"]!.AsObject().Count);
        }
        else
        {
            Assert.Contains("this encoder cannot tell duplicates", measured.Refused(3));
        }

        File.Delete(At("e.npy.source.json"));
        JsonObject unknown = CommandRun.Of("duplicates", At("e.npy"), "--threshold", "1", "--json").Json;
        Assert.Equal("given", (string)unknown["threshold_choice"]!);
    }

    [Theory]
    [InlineData("--threshold 0.9", "without an encoder; give an encoder with --run")]
    [InlineData("--dry-run", "--dry-run shows what --move-to would do")]
    [InlineData("--confirm maybe", "--confirm: got 'maybe', expected one of hash, none")]
    public void Wrong_usage_exits_2_and_states_the_expectation(string more, string expected)
    {
        Photos();
        Assert.Contains(expected, CommandRun.Of(["duplicates", At("photos"), .. more.Split(' ')]).Refused(2));
    }

    [Fact]
    public void A_folder_for_moves_that_is_a_file_is_refused_before_anything_moves()
    {
        Photos();
        string[] before = Files();
        Assert.Contains("is a file, expected a folder", CommandRun.Of(
            "duplicates", At("photos"), "--move-to", folder.Write("taken", "mine")).Refused(2));
        Assert.Equal(before, Files());
    }

    [LibraryImport("libc", EntryPoint = "link", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string file, string name);

    private static string Name(JsonNode entry) => Path.GetFileName((string)entry["path"]!);

    private string At(string name) => folder.PathOf(name);

    private string[] Files() => [.. Directory.GetFiles(At("photos"), "*", SearchOption.AllDirectories).Order()];

    /// <summary>Different pictures, three of which have a copy.</summary>
    private void Photos(int count = 12)
    {
        for (int i = 0; i < count; i++)
        {
            folder.Write(
                $"photos/{i}.png", EncodedImages.Encode(SoftImages.Create(i, 96, 80), SKEncodedImageFormat.Png, 100));
        }

        File.Copy(At("photos/0.png"), At("photos/zero-copy.png"));
        folder.Write(
            "photos/1-small.png", EncodedImages.Encode(SoftImages.Create(1, 48, 40), SKEncodedImageFormat.Png, 100));
        folder.Write(
            "photos/2-mailed.jpg", EncodedImages.Encode(SoftImages.Create(2, 96, 80), SKEncodedImageFormat.Jpeg, 40));
    }
}

using System.Globalization;
using System.Text.Json.Nodes;
using SimClr.Data;
using SimClr.Tests.Data;
using SimClr.Tests.Search;
using SkiaSharp;

namespace SimClr.Tests.Cli;

/// <summary>A set with faults of every kind, in which <c>check</c> finds what was planted and nothing else.</summary>
[Collection(ComputeThreadsCollection.Name)]
public sealed class CheckCommandTests : IDisposable
{
    private const int Clean = 24;

    private readonly TemporaryFolder folder = new();

    public CheckCommandTests()
    {
        for (int i = 0; i < Clean; i++)
        {
            Write($"train/clean{i}.png", Textured(i));
        }
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Planted_faults_are_found_and_clean_images_are_not()
    {
        Plant();

        JsonObject json = CommandRun.Of(
            "check", At("train"), "--test", At("test"), "--html", At("check.html"), "--out", At("check.csv"),
            "--json").Json;

        Assert.Equal(["broken.png"], Names(json, "unreadable"));
        Assert.Equal(["half.jpg"], Names(json, "truncated"));
        Assert.Equal(["tiny.png"], Names(json, "small"));
        Assert.Equal(["blurred.png"], Names(json, "blurred"));
        Assert.Equal(["dark.png"], Names(json, "dark"));
        Assert.Equal(["bright.png"], Names(json, "bright"));
        Assert.Equal(["blank.png"], Names(json, "blank"));
        Assert.Equal(["clean1.png", "clean2.png"], Names(json, "leaks").Order());
        Assert.Equal((Clean + 7, Clean + 5), ((int)json["images"]!, (int)json["readable"]!));
        Assert.Equal(9, (int)json["with_findings"]!);
        Assert.All(json["blurred"]!.AsArray(), image => Assert.InRange((double)image!["value"]!, 0, 0.02));
        Assert.Equal(1 + 9, File.ReadAllLines(At("check.csv")).Length);
        Assert.Equal(7, File.ReadAllText(At("check.html")).Split("data:image/jpeg").Length - 1);
        CommandRun text = CommandRun.Of("check", At("train"), "--test", At("test"));
        Assert.Contains("Truncated: 1 image", text.Output);
        Assert.Contains("nothing was moved", text.Output);
    }

    [Fact]
    public void Outliers_and_wrong_labels_come_from_the_embeddings()
    {
        string[] rows = [.. Enumerable.Range(0, Clean).Select(i => string.Create(
            CultureInfo.InvariantCulture,
            $"{At($"train/clean{i}.png")},{(i == 3 ? "b" : i % 2 == 0 ? "a" : "b")},"
                + $"{Vector(i)}\n"))];
        rows[8] = rows[8].Replace(",a,", ",b,", StringComparison.Ordinal);
        string table = folder.Write("e.csv", "path,label,e0,e1,e2\n" + string.Concat(rows));

        JsonObject json = CommandRun.Of(
            "check", At("train"), "--embeddings", table, "--out", At("check.json"), "--json").Json;

        Assert.Equal(["clean5.png"], Names(json, "outliers"));
        Assert.Equal("clean8.png", Names(json, "wrong_labels")[0]);
        Assert.InRange((double)json["label_accuracy"]!, 0.8, 1);
        JsonNode wrong = json["wrong_labels"]![0]!;
        Assert.Equal(("b", "a"), ((string)wrong["label"]!, (string)wrong["probable"]!));
        JsonNode written = JsonNode.Parse(File.ReadAllText(At("check.json")))!;
        Assert.Equal(json["wrong_labels"]!.ToJsonString(), written["wrong_labels"]!.ToJsonString());
        Assert.Equal(0, CommandRun.Of("check", At("train"), "--out", At("check.json")).Code);   // replaced
    }

    [Fact]
    public void Embeddings_that_do_not_separate_the_classes_judge_no_labels()
    {
        string table = folder.Write("e.csv", "path,label,e0,e1,e2\n" + string.Concat(Enumerable.Range(0, Clean).Select(
            i => $"{At($"train/clean{i}.png")},{"abcd"[i * 7 % 11 % 4]},{Vector(i == 5 ? 4 : i)}\n")));

        CommandRun run = CommandRun.Of("check", At("train"), "--embeddings", table);

        Assert.Contains("Probably wrong labels: not listed, because the embeddings predict", run.Output);
        Assert.Null(CommandRun.Of("check", At("train"), "--embeddings", table, "--json").Json["wrong_labels"]);
    }

    [Fact]
    public void A_clean_set_has_no_findings()
    {
        CommandRun run = CommandRun.Of("check", At("train"));

        Assert.Equal(0, run.Code);
        Assert.Contains("none: unreadable, truncated, small, blurred, dark, bright, blank", run.Output);
        Assert.Contains("24 images checked, 0 with a finding", run.Output);
    }

    [Fact]
    public void Without_a_readable_image_the_exit_code_is_3()
    {
        folder.Write("bad/a.png", "no image");
        Assert.Contains("none of 1 images can be read", CommandRun.Of("check", At("bad")).Refused(3));
    }

    [Fact]
    public void Labels_without_embeddings_are_refused()
        => Assert.Contains("give them with --embeddings", CommandRun.Of(
            "check", At("train"), "--labels", folder.Write("l.csv", "path,label\n")).Refused(2));

    /// <summary>A point near one of two axes; that of image 5 is far from both.</summary>
    private static string Vector(int i) => i == 5 ? "0,0,1" : string.Create(
        CultureInfo.InvariantCulture,
        $"{(i % 2) + (0.1 * Math.Sin(i * 1.7))},{1 - (i % 2) + (0.1 * Math.Cos(i * 2.3))},{0.1 * Math.Sin(i * 3.1)}");

    private static string[] Names(JsonObject json, string kind)
        => [.. json[kind]!.AsArray().Select(image => Path.GetFileName((string)image!["path"]!))];

    private string At(string name) => folder.PathOf(name);

    private void Plant()
    {
        Write("train/blurred.png", SoftImages.Create(100, 96, 80));
        Write("train/dark.png", Textured(101, value => value / 4));
        Write("train/bright.png", Textured(102, value => value < 100 ? 225 : 252));
        folder.Write("train/blank.png", EncodedImages.OfColor(SKColors.Teal, SKEncodedImageFormat.Png, 90, 80));
        Write("train/tiny.png", Textured(103, null, 30, 20));
        folder.Write("train/broken.png", "this is not an image");
        byte[] jpeg = EncodedImages.Encode(Textured(104), SKEncodedImageFormat.Jpeg, 90);
        folder.Write("train/half.jpg", jpeg[..(jpeg.Length / 2)]);
        Write("test/other.png", Textured(105));
        File.Copy(At("train/clean1.png"), At("test/copy.png"));
        folder.Write("test/mailed.jpg", EncodedImages.Encode(Textured(2), SKEncodedImageFormat.Jpeg, 60));
    }

    private void Write(string name, RgbImage image)
        => folder.Write(name, EncodedImages.Encode(image, SKEncodedImageFormat.Png, 100));

    /// <summary>A picture with fine detail: soft blobs with a pattern of single pixels.</summary>
    private static RgbImage Textured(int number, Func<int, int>? change = null, int width = 96, int height = 80)
    {
        RgbImage soft = SoftImages.Create(number, width, height);
        byte[] pixels = new byte[soft.Pixels.Length];
        for (int i = 0; i < pixels.Length; i++)
        {
            int detail = ((i / 3 * 7919) + number) % 31;
            int value = Math.Clamp(soft.Pixels[i] + detail - 15, 0, 255);
            pixels[i] = (byte)Math.Clamp(change?.Invoke(value) ?? value, 0, 255);
        }

        return new RgbImage(width, height, pixels);
    }
}

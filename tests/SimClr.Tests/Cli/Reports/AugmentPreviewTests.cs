using System.Text.Json.Nodes;
using SimClr.Augmentation;
using SimClr.Cli;
using SimClr.Cli.Reports;
using SimClr.Configuration;
using SimClr.Data;
using SimClr.Tests.Data;
using SkiaSharp;

namespace SimClr.Tests.Cli.Reports;

public sealed class AugmentPreviewTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly StringWriter output = new();
    private readonly StringWriter error = new();

    public void Dispose()
    {
        folder.Dispose();
        output.Dispose();
        error.Dispose();
    }

    [Fact]
    public void A_preview_is_written_to_the_given_path()
    {
        string file = folder.PathOf("new/folder/views.png");
        Assert.Equal(0, Run(
            "augment", "preview", "sample:test", "--out", file, "--preset", "demo", "--images", "5", "--views", "3",
            "--json"));
        using SKBitmap sheet = Pictures.Decode(File.ReadAllBytes(file));
        var layout = new ContactSheetLayout(Presets.Load("demo").Views.Size, 5, 3);
        Assert.Equal((layout.Width, layout.Height), (sheet.Width, sheet.Height));
        JsonNode json = JsonNode.Parse(output.ToString())!;
        Assert.Equal(file, (string)json["file"]!);
        Assert.Equal(5, (int)json["images"]!);
        Assert.Equal("", error.ToString());
    }

    [Fact]
    public void The_configuration_decides_how_views_are_made()
    {
        string config = folder.Write("my.yaml", "preset: demo\nviews:\n  area_min: 0.5\n");
        string file = folder.PathOf("views.png");
        Assert.Equal(0, Run(
            "augment", "preview", "sample:test", "--out", file, "--config", config, "--set", "views.size=20",
            "--set", "seed=7"));
        using ImageDataSet images = DataSets.Open("sample:test");
        var expected = new ViewOptions { Size = 20, Strength = 0.5, Blur = false, AreaMin = 0.5 };
        Assert.Equal(ContactSheet.Render(images, expected, seed: 7, 12, 2), File.ReadAllBytes(file));
    }

    [Fact]
    public void Without_a_configuration_the_preset_fits_the_images()
    {
        Assert.Equal(0, Run("augment", "preview", "sample:test", "--out", folder.PathOf("small.png"), "--json"));
        Assert.Equal(32, (int)JsonNode.Parse(output.ToString())!["size"]!);
        output.GetStringBuilder().Clear();
        folder.Write("photos/a.png", EncodedImages.OfColor(SKColors.Teal, SKEncodedImageFormat.Png, 300, 200));
        Assert.Equal(
            0, Run("augment", "preview", folder.PathOf("photos"), "--out", folder.PathOf("large.png"), "--json"));
        Assert.Equal(224, (int)JsonNode.Parse(output.ToString())!["size"]!);
    }

    [Fact]
    public void The_same_seed_gives_the_same_bytes_and_another_seed_others()
    {
        byte[] Preview(string name, string seed)
        {
            Assert.Equal(0, Run(
                "augment", "preview", "sample:test", "--out", folder.PathOf(name), "--images", "3", "--seed", seed));
            return File.ReadAllBytes(folder.PathOf(name));
        }

        byte[] first = Preview("a.png", "5");
        Assert.Equal(first, Preview("b.png", "5"));
        Assert.NotEqual(first, Preview("c.png", "6"));
    }

    [Fact]
    public void An_older_picture_is_replaced_and_nothing_else_is_left()
    {
        string file = folder.PathOf("views.png");
        Assert.Equal(0, Run("augment", "preview", "sample:test", "--out", file, "--images", "2"));
        byte[] older = File.ReadAllBytes(file);
        Assert.Equal(0, Run("augment", "preview", "sample:test", "--out", file, "--images", "1"));
        Assert.NotEqual(older, File.ReadAllBytes(file));
        Pictures.Decode(File.ReadAllBytes(file)).Dispose();
        Assert.Equal([file], Directory.GetFileSystemEntries(folder.Path));
    }

    [Theory]
    [InlineData(3, "no such folder or file", "preview", "./no/such/folder", "--out", "x.png")]
    [InlineData(2, "did you mean 'cifar10:DIR'?", "preview", "cifar11:x", "--out", "x.png")]
    [InlineData(2, "--out", "preview", "sample:test")]
    [InlineData(2, "--out: got an empty value", "preview", "sample:test", "--out", " ")]
    [InlineData(
        2, "unknown preset 'phtos' (did you mean 'photos'?)", "preview", "sample:test", "--out", "x.png",
        "--preset", "phtos")]
    [InlineData(2, "views.strenght", "preview", "sample:test", "--out", "x.png", "--set", "views.strenght=1")]
    [InlineData(
        2, "--images: got '0', expected an integer of 1 or more", "preview", "sample:test", "--out", "x.png",
        "--images", "0")]
    [InlineData(
        2, "--images: got 501, expected at most 500", "preview", "sample:test", "--out", "x.png", "--images", "501")]
    [InlineData(2, "--views: got 17, expected at most 16", "preview", "sample:test", "--out", "x.png", "--views", "17")]
    public void A_mistake_is_reported_clearly(int code, string expected, params string[] arguments)
    {
        Assert.Equal(code, Run(["augment", .. arguments]));
        Assert.Contains(expected, error.ToString(), StringComparison.Ordinal);
        Assert.Equal("", output.ToString());
        Assert.False(File.Exists("x.png"));
    }

    [Fact]
    public void A_folder_is_not_replaced_by_a_picture()
    {
        Assert.Equal(2, Run("augment", "preview", "sample:test", "--out", folder.Path));
        Assert.Contains($"'{folder.Path}' is a folder", error.ToString(), StringComparison.Ordinal);
        Assert.Equal(2, Run("augment", "preview", "sample:test", "--out", folder.PathOf("new/")));
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void A_file_below_a_file_cannot_be_written()
    {
        string file = folder.Write("a.txt", "x");
        Assert.Equal(2, Run("augment", "preview", "sample:test", "--out", Path.Join(file, "views.png")));
        Assert.Contains("--out: cannot write", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_device_is_not_replaced_by_a_picture()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "there are no devices among files");
        var mistake = Assert.Throws<ConfigurationException>(() => new OutputFile("--out", "/dev/null", "views.png"));
        Assert.Contains("'/dev/null' is a device or a pipe", mistake.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_link_stays_and_its_target_is_written()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "links need a privilege there");
        string target = folder.Write("target.png", "");
        string link = folder.PathOf("link.png");
        File.CreateSymbolicLink(link, target);
        Assert.Equal(0, Run("augment", "preview", "sample:test", "--out", link, "--images", "1"));
        Assert.Equal(target, new FileInfo(link).LinkTarget);
        Pictures.Decode(File.ReadAllBytes(target)).Dispose();
    }

    private int Run(params string[] arguments)
        => CommandLine.Run(arguments, output, error, TestContext.Current.CancellationToken);
}

using System.Text.Json.Nodes;
using System.Xml.Linq;
using SimClr.Augmentation;
using SimClr.Cli;
using SimClr.Data;
using SimClr.Tests.Augmentation;
using SimClr.Tests.Data;

namespace SimClr.Tests.Cli.Reports;

public sealed class AugmentColorsTests : IDisposable
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
    public void Crops_of_plain_images_have_one_color_until_it_is_distorted()
    {
        RgbImage[] images = [.. new byte[] { 40, 120, 220 }.Select(
            value => new RgbImage(30, 30, [.. Enumerable.Repeat(value, 2700)]))];
        CropColors colors = CropColors.Measure(
            images, new ViewOptions { Size = 8, JitterProbability = 1, First = [], SharedCrop = true }, 0, 6);
        Assert.Equal((1, 0, 1), (colors.Plain.SameImage, colors.Plain.OtherImages, colors.Plain.FoundByColor), Near);
        Assert.InRange(colors.Distorted.SameImage, 0, 0.7);
        Assert.InRange(colors.Distorted.FoundByColor, 0, 0.9);
        Assert.Equal((3, 6), (colors.Plain.Images.Count, colors.Plain.Images[0].Count));
        Assert.Equal(1, colors.Plain.Images[1][0][120 * 32 / 255], 1e-9);
    }

    [Fact]
    public void The_numbers_are_those_of_the_definition()
    {
        RgbImage[] images = [RandomImages.Noise(20, 30, 1), RandomImages.Gray(25, 20, 2), RandomImages.Noise(9, 9, 3)];
        CropHistograms plain = CropColors.Measure(images, new ViewOptions { Size = 10, AreaMax = 0.3 }, 5, 3).Plain;
        List<double> same = [], other = [];
        for (int i = 0; i < 9; i++)
        {
            Assert.Equal(1, plain.Images[i / 3][i % 3].Sum(), 1e-9);
            for (int k = 0; k < i; k++)
            {
                (i / 3 == k / 3 ? same : other).Add(
                    plain.Images[i / 3][i % 3].Zip(plain.Images[k / 3][k % 3], Math.Min).Sum());
            }
        }

        Assert.Equal(same.Average(), plain.SameImage, 1e-9);
        Assert.Equal(other.Average(), plain.OtherImages, 1e-9);
    }

    [Fact]
    public void A_chart_and_the_histograms_are_written()
    {
        foreach (string name in new[] { "colors.svg", "colors.png", "colors.svg" })
        {
            output.GetStringBuilder().Clear();
            Assert.Equal(0, Run(
                "augment", "colors", "sample:test", "--out", folder.PathOf(name), "--images", "3", "--crops", "2",
                "--json"));
        }

        XElement svg = XDocument.Load(folder.PathOf("colors.svg")).Root!;
        Assert.Equal("svg", svg.Name.LocalName);
        Pictures.Decode(File.ReadAllBytes(folder.PathOf("colors.png"))).Dispose();
        JsonNode json = JsonNode.Parse(output.ToString())!;
        Assert.Equal((3, 2), ((int)json["images"]!, (int)json["crops"]!));
        JsonArray histograms = json["with_distortion"]!["histograms"]!.AsArray();
        Assert.Equal(
            (3, 2, 32), (histograms.Count, histograms[0]!.AsArray().Count, histograms[0]![0]!.AsArray().Count));
        Assert.InRange((double)json["without_distortion"]!["same_image"]!, 0.5, 1);
        Assert.Equal("", error.ToString());
    }

    [Theory]
    [InlineData(2, "--images: got '1', expected an integer of 2 or more", "sample:test", "--images", "1")]
    [InlineData(2, "--crops: got 17, expected at most 16", "sample:test", "--crops", "17")]
    public void A_mistake_is_reported_clearly(int code, string expected, params string[] arguments)
    {
        Assert.Equal(code, Run(["augment", "colors", "--out", folder.PathOf("x.svg"), .. arguments]));
        Assert.Contains(expected, error.ToString(), StringComparison.Ordinal);
        Assert.Equal(2, Run("augment", "colors", "sample:test", "--out", folder.PathOf("x.html")));
        Assert.Contains("expected a file that ends in .svg or .png", error.ToString(), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void A_drawing_of_the_users_own_is_not_replaced()
    {
        string own = folder.Write("own.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"><circle r=\"3\"/></svg>");
        Assert.Equal(2, Run("augment", "colors", "sample:test", "--out", own));
        Assert.Contains("circle", File.ReadAllText(own), StringComparison.Ordinal);
    }

    private static bool Near((double A, double B, double C) a, (double A, double B, double C) b)
        => Math.Abs(a.A - b.A) < 1e-9 && Math.Abs(a.B - b.B) < 1e-9 && Math.Abs(a.C - b.C) < 1e-9;

    private int Run(params string[] arguments)
        => CommandLine.Run(arguments, output, error, TestContext.Current.CancellationToken);
}

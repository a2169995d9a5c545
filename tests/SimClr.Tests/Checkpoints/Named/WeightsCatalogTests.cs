using System.Globalization;
using System.Text.RegularExpressions;
using SimClr.Checkpoints;
using SimClr.Encoders;
using SimClr.Tests.Architecture;

namespace SimClr.Tests.Checkpoints;

public sealed class WeightsCatalogTests
{
    [Fact]
    public void Every_entry_is_complete_and_consistent()
    {
        Assert.InRange(WeightsCatalog.All.Count, 8, 20);
        Assert.Equal(WeightsCatalog.Names.Distinct(), WeightsCatalog.Names);
        Assert.All(WeightsCatalog.All, weights =>
        {
            Assert.Matches("^[a-z0-9-]+$", weights.Name);   // It becomes the name of a file.
            Assert.NotEmpty(weights.Addresses);
            Assert.All(
                [.. weights.Addresses, weights.Source, weights.Paper],
                address => Assert.Equal("https", new Uri(address).Scheme));
            Assert.Contains(weights.Encoder, EncoderCatalog.Names);
            Assert.InRange(weights.Accuracy, 0.6, 0.9);
            Assert.True(weights.AccuracyOf is "linear" or "supervised");
            Assert.NotEqual("", weights.License);
            Assert.Equal(
                !weights.AllowsCommercialUse, weights.License.StartsWith("CC-BY-NC", StringComparison.Ordinal));
            Assert.True(weights.Sha256 is null || weights.Checksum!.IsComplete);
        });
    }

    [Fact]
    public void Digits_in_the_name_of_a_file_are_those_of_its_checksum()
    {
        foreach (NamedWeights weights in WeightsCatalog.All)
        {
            Match digits = Regex.Match(weights.Addresses[0], "-([0-9a-f]{8})\\.pth$");
            if (digits.Success)
            {
                Assert.Equal(
                    ("SHA-256", digits.Groups[1].Value), (weights.Published!.Algorithm, weights.Published.Digits));
            }

            if (weights is { Published.Algorithm: "SHA-256", Sha256: { } sum })
            {
                Assert.True(weights.Published.Matches(sum), weights.Name);
            }
        }
    }

    [Theory]
    [InlineData("dino-resnet50")]
    [InlineData("weights:dino-resnet50")]
    public void Weights_are_found_by_name(string name) => Assert.Equal("dino-resnet50", WeightsCatalog.Find(name).Name);

    [Fact]
    public void An_unknown_name_is_refused_and_the_nearest_suggested()
    {
        string message = Assert.Throws<ConfigurationException>(
            () => TrainedEncoder.Load("weights:dino-resnet5")).Message;
        Assert.Contains("got the weights 'dino-resnet5', expected one of torchvision-resnet18", message);
        Assert.Contains("did you mean 'dino-resnet50'?", message);
        Assert.Contains(
            "(did you mean 'weights:swav-resnet50'?)",
            Assert.Throws<DataException>(() => TrainedEncoder.Load("swav-resnet50")).Message);
    }

    /// <summary>The table of docs/weights.md is that of the catalog.</summary>
    [Fact]
    public void The_document_lists_the_catalog()
    {
        string[] lines = File.ReadAllLines(Path.Combine(SourceTree.Root, "docs", "weights.md"));
        string[] expected = [.. WeightsCatalog.All.Select(Row)];
        string[] found = [.. lines.Where(line => line.StartsWith("| `", StringComparison.Ordinal)
            && line.Contains("](https://", StringComparison.Ordinal))];
        Assert.True(expected.SequenceEqual(found), $"docs/weights.md should hold\n{string.Join('\n', expected)}");
        Assert.All(
            WeightsCatalog.All.Select(weights => weights.Note).OfType<string>(),
            note => Assert.Contains(lines, line => line.Contains(note, StringComparison.Ordinal)));
    }

    private static string Row(NamedWeights weights)
    {
        string accuracy = (100 * weights.Accuracy).ToString("F1", CultureInfo.InvariantCulture);
        string size = weights.Bytes is { } bytes ? bytes.ToString("N0", CultureInfo.InvariantCulture) : "not known";
        string published = weights.Published is { } sum ? $"{sum.Algorithm} `{sum.Digits}`" : "none";
        string compared = weights.Sha256 is not null ? "a complete SHA-256"
            : weights.Published is not null ? "these digits"
            : "its first download";
        return $"| `{weights.Name}` | [{weights.Description}]({weights.Addresses[0]}) | {accuracy}% "
            + $"{weights.AccuracyOf} | [{weights.License}]({weights.Source}) | {size} | {published} | {compared} |";
    }
}

using System.Text.Json;
using System.Text.Json.Nodes;
using SimClr.Augmentation;
using SimClr.Configuration;
using SimClr.Data;
using SimClr.Encoders;
using SimClr.Heads;
using SimClr.Internals;
using SimClr.Losses;
using SimClr.Optimizers;

namespace SimClr.Tests.Training;

/// <summary>
/// Closed choices are enums in C# and words in configurations, run.json, and options: the tests pin the words.
/// </summary>
public sealed class ClosedChoiceTests
{
    private static readonly Dictionary<string, string[]> Words = new()
    {
        ["views.interpolation"] = ["bicubic", "bilinear"],
        ["views.normalize"] = ["none", "imagenet"],
        ["encoder.stem"] = ["auto", "small", "imagenet"],
        ["head.kind"] = ["mlp", "linear", "none"],
        ["loss.name"] = ["nt-xent", "nt-logistic", "margin"],
        ["optimizer.name"] = ["lars", "sgd", "adamw"],
        ["optimizer.scaling"] = ["linear", "sqrt", "none"],
        ["batch.norm"] = ["global", "rank"],
        ["data.cache"] = ["auto", "always", "never"],
        ["data.decoder"] = ["auto", "skia", "turbojpeg"],
        ["precision"] = ["auto", "fp32", "tf32", "bf16"],
        ["augment_on"] = ["cpu", "device"],
    };

    public static TheoryData<string> Keys => [.. Words.Keys];

    [Fact]
    public void All_closed_choices_are_listed()
    {
        string[] enums = [.. ConfigurationKeys.Paths.Where(path => PropertyType(path).IsEnum)];
        Assert.Equal(Words.Keys.Order(), enums.Order());
    }

    [Theory]
    [MemberData(nameof(Keys))]
    public void A_word_is_read_and_written_unchanged(string key)
    {
        Assert.Equal(Words[key].Length, Enum.GetNames(PropertyType(key)).Length);
        foreach (string word in Words[key])
        {
            PretrainOptions set = RunConfiguration.Resolve(new PretrainOptions(), assignments: [$"{key}={word}"]);
            Assert.Equal(word, At(RunConfiguration.ToJson(set), key));
            Assert.Equal(word, At(JsonSerializer.SerializeToNode(set, Json.Compact)!.AsObject(), key));
            PretrainOptions read = JsonSerializer.Deserialize<PretrainOptions>(JsonSerializer.Serialize(set, Json.Compact), Json.Compact)!;
            Assert.Equal(set, read);
            Assert.Equal(set, RunConfiguration.FromJson(RunConfiguration.ToJson(set)));
        }
    }

    [Theory]
    [MemberData(nameof(Keys))]
    public void Another_word_number_or_case_is_refused_with_the_valid_ones(string key)
    {
        string list = string.Join(", ", Words[key]);
        foreach (string wrong in new[] { "nothing-like-it", Words[key][0].ToUpperInvariant() })
        {
            string error = Assert.Throws<ConfigurationException>(() => RunConfiguration.Resolve(new PretrainOptions(), assignments: [$"{key}={wrong}"])).Message;
            Assert.StartsWith($"'{key}' in --set: got '{wrong}', expected one of {list}", error, StringComparison.Ordinal);
        }

        string number = Assert.Throws<ConfigurationException>(() => RunConfiguration.Resolve(new PretrainOptions(), assignments: [$"{key}=1"])).Message;
        Assert.Equal($"'{key}' in --set: got 1, expected a text", number);
        string json = JsonSerializer.Serialize(new PretrainOptions(), Json.Compact);
        Assert.ThrowsAny<ArgumentException>(() => JsonSerializer.Deserialize<PretrainOptions>(json.Replace($"\"{key.Split('.')[^1]}\":\"{At(RunConfiguration.ToJson(new PretrainOptions()), key)}\"", $"\"{key.Split('.')[^1]}\":\"x\"", StringComparison.Ordinal), Json.Compact));
    }

    [Fact]
    public void A_member_that_is_not_defined_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new PretrainOptions { Precision = (Precision)9 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new ViewOptions { Interpolation = (Interpolation)(-1) });
        Assert.Throws<ArgumentOutOfRangeException>(() => new LossOptions { Name = (LossName)3 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new HeadOptions { Kind = (HeadKind)3 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new OptimizerOptions { Scaling = (RateScaling)3 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new EncoderOptions { Stem = (EncoderStem)3 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new DataOptions { Cache = (DataCache)3 });
    }

    private static Type PropertyType(string path) => path.Split('.') is [string section, string key]
        ? ConfigurationKeys.KeysIn(section)[key].PropertyType
        : ConfigurationKeys.Top[path].PropertyType;

    private static string At(JsonObject json, string path)
        => path.Split('.').Aggregate((JsonNode)json, (node, key) => node[key]!).GetValue<string>();
}

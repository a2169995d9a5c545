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
using static TorchSharp.torch;

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
        ["views.library"] = ["pytorch", "tensorflow", "simclrv1", "simclrv2"],
        ["views.policy"] = ["imagenet", "cifar10"],
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
            string json = JsonSerializer.Serialize(set, Json.Compact);
            Assert.Equal(set, JsonSerializer.Deserialize<PretrainOptions>(json, Json.Compact));
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
            string error = Refusal($"{key}={wrong}");
            Assert.StartsWith($"'{key}' in ", error, StringComparison.Ordinal);
            Assert.Contains($": got '{wrong}', expected one of {list}", error, StringComparison.Ordinal);
        }

        Assert.EndsWith(": got 1, expected a string", Refusal($"{key}=1"), StringComparison.Ordinal);
        string name = key.Split('.')[^1];
        string word = At(RunConfiguration.ToJson(new PretrainOptions()), key);
        string json = JsonSerializer.Serialize(new PretrainOptions(), Json.Compact);
        json = json.Replace($"\"{name}\":\"{word}\"", $"\"{name}\":\"x\"", StringComparison.Ordinal);
        Assert.ThrowsAny<ArgumentException>(() => JsonSerializer.Deserialize<PretrainOptions>(json, Json.Compact));
    }

    [Fact]
    public void A_member_that_is_not_defined_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new PretrainOptions { Precision = (Precision)9 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new ViewOptions { Interpolation = (Interpolation)(-1) });
        Assert.Throws<ArgumentOutOfRangeException>(() => new LossOptions { Name = (LossName)99 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new HeadOptions { Kind = (HeadKind)3 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new OptimizerOptions { Scaling = (RateScaling)3 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new EncoderOptions { Stem = (EncoderStem)3 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new DataOptions { Cache = (DataCache)3 });
    }

    private static string Refusal(string assignment) => Assert.Throws<ConfigurationException>(
        () => RunConfiguration.Resolve(new PretrainOptions(), assignments: [assignment])).Message;

    private static Type PropertyType(string path) => path.Split('.') is [string section, string key]
        ? ConfigurationKeys.KeysIn(section)[key].PropertyType
        : ConfigurationKeys.Top[path].PropertyType;

    private static string At(JsonObject json, string path)
        => path.Split('.').Aggregate((JsonNode)json, (node, key) => node[key]!).GetValue<string>();

    [Fact]
    public void Every_loss_and_every_optimizer_is_in_its_catalog()
    {
        using var scope = NewDisposeScope();
        using nn.Module layer = nn.Linear(2, 2);
        foreach (LossName name in Enum.GetValues<LossName>())
        {
            Assert.NotNull(LossCatalog.Create(new LossOptions { Name = name }));
        }

        foreach (OptimizerName name in Enum.GetValues<OptimizerName>())
        {
            using Optimizer optimizer = OptimizerCatalog.Create(
                new SimClr.Optimizers.OptimizerOptions { Name = name }, ParameterGroups.FromModule(layer));
            Assert.Equal(name.ToString(), optimizer.GetType().Name);
        }
    }
}

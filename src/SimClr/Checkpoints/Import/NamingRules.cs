using System.Globalization;
using System.Text.RegularExpressions;

namespace SimClr.Checkpoints;

/// <summary>The known naming schemes. They match names only; shapes are checked later.</summary>
internal static partial class NamingRules
{
    public static IReadOnlyList<NamingRule> All { get; } =
    [
        new("torchvision's names (also timm's, MoCo's and solo-learn's)", "layer1.0.conv1.weight", Torchvision(), _
            => FromTorchvision),
        new(
            "torchvision's names by number (lightly: the network's children in a row)",
            "4.0.conv1.weight",
            Numbered(),
            FromNumbers),
        new("the names of SimCLRv2 converted for PyTorch", "net.1.blocks.0.net.0.weight", SimClr2(), _ => FromSimClr2),
        new(
            "the names of Hugging Face's transformers",
            "encoder.stages.0.layers.0.layer.0.convolution.weight",
            Transformers(),
            _ => FromTransformers),
    ];

    /// <summary>
    /// Some programs call the downsampling branch "shortcut"; other names are unchanged. Names outside the network are
    /// left out.
    /// </summary>
    private static string? FromTorchvision(string name)
        => Part().IsMatch(name) ? name.Replace(".shortcut.", ".downsample.", StringComparison.Ordinal) : null;

    /// <summary>
    /// conv1 is the first child and bn1 the second. The children with blocks are layer1 to layer4, even if activation
    /// and pooling are children between them. Later children are outside the encoder.
    /// </summary>
    private static Func<string, string?> FromNumbers(IEnumerable<string> names)
    {
        int[] stages = [.. names.Select(name => Block().Match(name)).Where(match => match.Success)
            .Select(match => int.Parse(match.Groups["stage"].Value, CultureInfo.InvariantCulture)).Distinct().Order()];
        return name =>
        {
            Match child = Child().Match(name);
            if (!child.Success)
            {
                return null;
            }

            int number = int.Parse(child.Groups["number"].Value, CultureInfo.InvariantCulture);
            string rest = child.Groups["rest"].Value;
            int stage = Array.IndexOf(stages, number);
            return number == 0 ? $"conv1.{rest}"
                : number == 1 && stage < 0 ? $"bn1.{rest}"
                : stage >= 0 ? FromTorchvision($"layer{stage + 1}.{rest}")
                : number > stages[^1] ? null
                : name;
        };
    }

    /// <summary>
    /// Separius' SimCLRv2-Pytorch: the stem is net.0, the stages are net.1 to net.4, and each block contains a net.
    /// </summary>
    private static string? FromSimClr2(string name)
    {
        Match block = SimClr2Block().Match(name);
        if (!block.Success)
        {
            Match stem = SimClr2Stem().Match(name);
            return stem.Success ? (stem.Groups["norm"].Success ? "bn1." : "conv1.") + stem.Groups["rest"].Value
                : name.StartsWith("net.", StringComparison.Ordinal) ? name
                : null;
        }

        string part = block.Groups["part"].Value switch
        {
            "net.0" => "conv1",
            "net.1.0" => "bn1",
            "net.2" => "conv2",
            "net.3.0" => "bn2",
            "net.4" => "conv3",
            "net.5.0" => "bn3",
            "projection.shortcut" => "downsample.0",
            "projection.bn.0" => "downsample.1",
            var other => other,
        };
        return $"layer{block.Groups["stage"].Value}.{block.Groups["block"].Value}.{part}.{block.Groups["rest"].Value}";
    }

    /// <summary>
    /// transformers' ResNet: the stem is the embedder, and each block has layers of a convolution and a normalization.
    /// </summary>
    private static string? FromTransformers(string name)
    {
        Match stem = TransformersStem().Match(name);
        if (stem.Success)
        {
            return $"{(stem.Groups["norm"].Success ? "bn1" : "conv1")}.{stem.Groups["rest"].Value}";
        }

        Match block = TransformersBlock().Match(name);
        if (!block.Success)
        {
            return name.StartsWith("encoder.", StringComparison.Ordinal) ? name : null;
        }

        int stage = int.Parse(block.Groups["stage"].Value, CultureInfo.InvariantCulture) + 1;
        bool isNorm = block.Groups["norm"].Success;
        string part = block.Groups["layer"] is { Success: true } layer
            ? $"{(isNorm ? "bn" : "conv")}{int.Parse(layer.Value, CultureInfo.InvariantCulture) + 1}"
            : $"downsample.{(isNorm ? 1 : 0)}";
        return $"layer{stage}.{block.Groups["block"].Value}.{part}.{block.Groups["rest"].Value}";
    }

    [GeneratedRegex(@"^(?<prefix>(.+\.)?)layer1\.0\.conv1\.weight$")]
    private static partial Regex Torchvision();

    [GeneratedRegex(@"^(conv1|bn1|layer[0-9]+)\.")]
    private static partial Regex Part();

    // The first stage with blocks follows convolution and normalization, and, if those are children too, activation and
    // pooling.
    [GeneratedRegex(@"^(?<prefix>(.+\.)?)[2-4]\.0\.conv1\.weight$")]
    private static partial Regex Numbered();

    [GeneratedRegex(@"^(?<stage>[0-9]{1,3})\.[0-9]+\.conv1\.weight$")]
    private static partial Regex Block();

    [GeneratedRegex(@"^(?<number>[0-9]{1,3})\.(?<rest>.+)$")]
    private static partial Regex Child();

    [GeneratedRegex(@"^(?<prefix>(.+\.)?)net\.1\.blocks\.0\.net\.0\.weight$")]
    private static partial Regex SimClr2();

    [GeneratedRegex(@"^net\.0\.(0\.|(?<norm>1\.0\.))(?<rest>[a-z_]+)$")]
    private static partial Regex SimClr2Stem();

    [GeneratedRegex(@"^(?<prefix>(.+\.)?)encoder\.stages\.0\.layers\.0\.layer\.0\.convolution\.weight$")]
    private static partial Regex Transformers();

    [GeneratedRegex(@"^embedder\.embedder\.(convolution|(?<norm>normalization))\.(?<rest>[a-z_]+)$")]
    private static partial Regex TransformersStem();

    [GeneratedRegex(
        @"^encoder\.stages\.(?<stage>[0-3])\.layers\.(?<block>[0-9]{1,3})\.(layer\.(?<layer>[0-2])|shortcut)\."
            + @"(convolution|(?<norm>normalization))\.(?<rest>[a-z_]+)$")]
    private static partial Regex TransformersBlock();

    [GeneratedRegex(@"^net\.(?<stage>[1-4])\.blocks\.(?<block>[0-9]+)\.(?<part>.+)\.(?<rest>[a-z_]+)$")]
    private static partial Regex SimClr2Block();
}

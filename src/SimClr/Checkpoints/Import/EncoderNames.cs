using System.Text.RegularExpressions;
using static TorchSharp.torch;

namespace SimClr.Checkpoints;

/// <summary>
/// A ResNet found among the tensors of a file, its names translated to torchvision's by one of the
/// <see cref="NamingRules"/>. All its names share one prefix. Other tensors are left out.
/// </summary>
/// <param name="Tensors">The tensors of the encoder, by torchvision's names.</param>
/// <param name="Prefix">The prefix of the names in the file, including its final dot.</param>
/// <param name="Rule">A description of the rule and prefix, for messages.</param>
/// <param name="LeftOut">
/// The other tensors of the file: each name up to the first part that differs from the prefix, with the number of
/// tensors that share it.
/// </param>
internal sealed partial record EncoderNames(
    IReadOnlyDictionary<string, Tensor> Tensors, string Prefix, string Rule, IReadOnlyList<string> LeftOut)
{
    /// <summary>A weight of the encoder whose type is not supported; null if there is none.</summary>
    public UnreadTensor? Unread { get; private init; }

    // Trained encoders, and the moving averages that follow them.
    private static readonly (string Trained, string Follower)[] Pairs =
    [
        ("encoder_q", "encoder_k"), ("base_encoder", "momentum_encoder"), ("backbone", "momentum_backbone"),
        ("backbone", "backbone_momentum"), ("encoder", "momentum_encoder"), ("encoder", "encoder_momentum"),
        ("encoder", "target_encoder"), ("online_encoder", "target_encoder"), ("online_network", "target_network"),
        ("online", "target"), ("net", "net_momentum"), ("model", "ema_model"), ("model", "model_ema"),
        ("state_dict", "state_dict_ema"),
    ];

    /// <summary>Finds the encoder among the tensors of a file.</summary>
    /// <param name="tensors">The tensors that were read.</param>
    /// <param name="unread">The tensors of unsupported types.</param>
    /// <param name="prefix">The prefix of the encoder's names, or null to detect it.</param>
    /// <param name="file">The name of the file, for messages.</param>
    /// <exception cref="DataException">There is no encoder, an unsupported one, or more than one.</exception>
    /// <exception cref="ConfigurationException">There is no encoder with the given prefix.</exception>
    public static EncoderNames Find(
        IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyList<UnreadTensor> unread, string? prefix, string file)
    {
        RejectOtherKinds(tensors.Keys, file);
        (NamingRule Rule, string Prefix)[] found = Encoders(tensors.Keys);
        found = found.Length > 0 ? found : Encoders(unread.Select(tensor => tensor.Name));
        if (found.Length == 0)
        {
            throw None(tensors, file);
        }

        (NamingRule chosen, string front, string why) = prefix is null
            ? Choose(found, file)
            : MatchPrefix(found, prefix, file);
        var names = new Dictionary<string, Tensor>();
        var left = new List<string>();
        Func<string, string?> translate = chosen.Translation(
            tensors.Keys.Concat(unread.Select(tensor => tensor.Name))
                .Where(IsBehind)
                .Select(name => name[front.Length..]));
        foreach ((string name, Tensor tensor) in tensors)
        {
            if (IsBehind(name) && translate(name[front.Length..]) is { } ours)
            {
                names[ours] = tensor;
            }
            else
            {
                RejectConvolution(name, tensor, front, file);
                left.Add(name);
            }
        }

        string where = front.Length == 0 ? "as they are" : $"without '{front}'";
        return new EncoderNames(names, front, $"{chosen.Description}, {where}{why}", Groups(left, front))
        {
            Unread = unread.FirstOrDefault(tensor => IsBehind(tensor.Name)
                && translate(tensor.Name[front.Length..]) is { } ours
                && Weight().IsMatch(ours)),
        };

        bool IsBehind(string name) => name.StartsWith(front, StringComparison.Ordinal);
    }

    private static (NamingRule Rule, string Prefix)[] Encoders(IEnumerable<string> names)
        => [.. NamingRules.All.SelectMany(rule => rule.PrefixesIn(names).Select(prefix => (rule, prefix)))];

    private static (NamingRule Rule, string Prefix, string Why) Choose(
        (NamingRule Rule, string Prefix)[] found, string file)
    {
        if (found is [(NamingRule only, string prefix)])
        {
            return (only, prefix, "");
        }

        foreach ((NamingRule rule, string trained) in found)
        {
            if (Array.TrueForAll(found, other => other.Prefix == trained || Follows(other.Prefix, trained)))
            {
                string followers = string.Join(
                    " and ", found.Where(other => other.Prefix != trained).Select(other => $"'{other.Prefix}'"));
                return (rule, trained, $"; {followers} is its moving average and was left out");
            }
        }

        throw new DataException(
            $"{file} holds {found.Length} encoders, with the prefixes "
                + $"{string.Join(", ", found.Select(f => Quote(f.Prefix)))}; choose one with ImportOptions.Prefix");
    }

    private static (NamingRule Rule, string Prefix, string Why) MatchPrefix(
        (NamingRule Rule, string Prefix)[] found, string prefix, string file)
    {
        string front = prefix.Length == 0 || prefix.EndsWith('.') ? prefix : prefix + ".";
        int index = Array.FindIndex(found, f => f.Prefix == front);
        return index >= 0
            ? (found[index].Rule, front, " (given)")
            : throw new ConfigurationException(
                $"ImportOptions.Prefix: got '{prefix}', but {file} has no ResNet with this prefix; "
                    + $"expected {string.Join(" or ", found.Select(f => Quote(f.Prefix)))}");
    }

    private static string Quote(string prefix) => prefix.Length == 0 ? "'' (names as they are)" : $"'{prefix}'";

    private static bool Follows(string prefix, string trained)
        => Pairs.Any(pair => string.Join(
            '.', trained.Split('.').Select(part => part == pair.Trained ? pair.Follower : part)) == prefix);

    private static void RejectOtherKinds(IEnumerable<string> names, string file)
    {
        foreach (string name in names)
        {
            string? kind = name.Contains(".mixing_conv.", StringComparison.Ordinal)
                ? "selective kernels (SimCLRv2's checkpoints named sk1); take the one without (sk0)"
                : DeepStem().IsMatch(name) ? "a stem of three convolutions (timm's resnet50d and its like)"
                : name.EndsWith("attnpool.positional_embedding", StringComparison.Ordinal)
                    ? "attention pooling (CLIP's ResNets)"
                : name.EndsWith(".se.fc1.weight", StringComparison.Ordinal)
                    || name.EndsWith(".se.conv_reduce.weight", StringComparison.Ordinal) ? "squeeze-and-excitation"
                : null;
            if (kind is not null)
            {
                throw new DataException(
                    $"{file}: '{name}' belongs to a ResNet with {kind}, which is not supported; "
                        + "expected a plain ResNet-18, 34, 50, 101, 152 or 200");
            }
        }
    }

    // Layers after the pooling are linear: a convolution that no rule knows belongs to a different network.
    private static void RejectConvolution(string name, Tensor tensor, string prefix, string file)
    {
        if (tensor.dim() > 2 && name.StartsWith(prefix, StringComparison.Ordinal))
        {
            throw new DataException(
                $"{file}: '{name}' of shape [{string.Join(", ", tensor.shape)}] is not a weight of a ResNet, and "
                    + "without it the network would be a different one; "
                    + $"expected a plain ResNet{(prefix.Length == 0 ? "" : $" with prefix '{prefix}'")}");
        }
    }

    private static DataException None(IReadOnlyDictionary<string, Tensor> tensors, string file)
    {
        string some = tensors.Count == 0 ? "no tensors"
            : $"{tensors.Count} tensors, such as {string.Join(", ", tensors.Keys.Take(3).Select(name => $"'{name}'"))}";
        string kind = tensors.Keys.Any(name => name.Contains("blocks.0.attn", StringComparison.Ordinal))
            ? " (a vision transformer)"
            : "";
        return new DataException(
            $"{file}: it holds {some}{kind}, and no ResNet: no name ends in "
                + $"{string.Join(", ", NamingRules.All.Select(rule => $"'{rule.Anchor}'"))}; expected weights of a "
                + "ResNet as torchvision, timm, lightly, solo-learn, MoCo or a converted SimCLR checkpoint name them");
    }

    /// <summary>
    /// Groups names by the parts up to the first one that differs from the prefix, and counts the tensors in each
    /// group.
    /// </summary>
    private static string[] Groups(List<string> names, string prefix)
    {
        string[] front = prefix.Split('.', StringSplitOptions.RemoveEmptyEntries);
        return
        [
            .. names.GroupBy(name =>
            {
                string[] parts = name.Split('.');
                int common = parts.Zip(front).TakeWhile(pair => pair.First == pair.Second).Count();
                return string.Join('.', parts.Take(common + 1));
            }).Select(group => group.Count() == 1 && group.Single() == group.Key ? group.Key
                : $"{group.Key} ({group.Count()})"),
        ];
    }

    [GeneratedRegex(@"(^|\.)conv1\.[0-9]\.weight$")]
    private static partial Regex DeepStem();

    // By torchvision's names. The counter of batches is not needed.
    [GeneratedRegex(
        @"^(conv1|bn1|layer[1-4]\.[0-9]+\.(conv[1-3]|bn[1-3]|downsample\.[01]))"
            + @"\.(weight|bias|running_mean|running_var)$")]
    private static partial Regex Weight();
}

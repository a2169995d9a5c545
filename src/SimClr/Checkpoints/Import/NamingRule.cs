using System.Text.RegularExpressions;

namespace SimClr.Checkpoints;

/// <summary>How programs name the weights of a ResNet, and how such names become torchvision's.</summary>
/// <param name="Description">Whose names they are, for the user.</param>
/// <param name="Anchor">The name of one weight that every such ResNet has.</param>
/// <param name="Pattern">That name, and in front of it the group <c>prefix</c>.</param>
/// <param name="Translation">Given all names behind the prefix: what turns one into torchvision's, or into null if it is none of the encoder's.</param>
internal sealed record NamingRule(
    string Description, string Anchor, Regex Pattern, Func<IEnumerable<string>, Func<string, string?>> Translation)
{
    /// <summary>What stands in front of the encoders that are named so.</summary>
    public IEnumerable<string> PrefixesIn(IEnumerable<string> names)
        => names.Select(name => Pattern.Match(name)).Where(match => match.Success).Select(match => match.Groups["prefix"].Value).Distinct();
}

using System.Text.RegularExpressions;

namespace SimClr.Checkpoints;

/// <summary>A naming scheme for the weights of a ResNet, with its translation to torchvision's names.</summary>
/// <param name="Description">A description of the scheme, for messages.</param>
/// <param name="Anchor">The name of a weight that every such ResNet has.</param>
/// <param name="Pattern">A pattern for that name, preceded by the group <c>prefix</c>.</param>
/// <param name="Translation">
/// Returns, for all names after the prefix, a function that translates one of them to torchvision's name, or to null if
/// it is outside the encoder.
/// </param>
internal sealed record NamingRule(
    string Description, string Anchor, Regex Pattern, Func<IEnumerable<string>, Func<string, string?>> Translation)
{
    /// <summary>Returns the distinct prefixes of the encoders that use this scheme.</summary>
    public IEnumerable<string> PrefixesIn(IEnumerable<string> names)
        => names.Select(name => Pattern.Match(name))
            .Where(match => match.Success)
            .Select(match => match.Groups["prefix"].Value)
            .Distinct();
}

using System.CommandLine;
using System.Globalization;
using System.Text.RegularExpressions;

namespace SimClr.Cli.Verbs;

/// <summary>
/// The answers to <c>simclr "[suggest:POSITION]" "LINE"</c>, which the scripts of <c>simclr completion</c> ask: what
/// may stand at a position of a command line, one word per line. It is the form that <c>dotnet-suggest</c> uses too.
/// </summary>
internal static partial class Suggestions
{
    /// <summary>Returns the words; null if the arguments are not such a question.</summary>
    /// <param name="arguments">The arguments after <c>simclr</c>.</param>
    /// <param name="root">The tree of verbs.</param>
    public static IEnumerable<string>? Answer(IReadOnlyList<string> arguments, Command root)
    {
        if (arguments is not [var directive, var line] || Directive().Match(directive) is not { Success: true } match)
        {
            return null;
        }

        int position = int.TryParse(
            match.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out int asked)
                ? Math.Min(asked, line.Length)
                : line.Length;
        string before = line[..position];
        string word = before[(before.LastIndexOf(' ') + 1)..];
        ParseResult parsed = root.Parse(before, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.UnmatchedTokens.Any(token => token != word))
        {
            return [];   // after a word that is not a verb
        }

        // Where a file may stand, options would be in the way. /h and /? are forms of --help that Windows has.
        return parsed.GetCompletions(position)
            .Select(item => item.InsertText ?? item.Label)
            .Where(text => text.StartsWith(word, StringComparison.Ordinal)
                && text.StartsWith('-') == word.StartsWith('-') && !text.StartsWith('/'))
            .Distinct();
    }

    [GeneratedRegex(@"^\[suggest(?::(\d{1,9}))?\]$")]
    private static partial Regex Directive();
}

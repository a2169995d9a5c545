using System.Text.RegularExpressions;

namespace SimClr.Tests.Architecture;

/// <summary>
/// Every use of the JSON serializer names a format, because the serializer's default does not work in every program
/// (see <c>Json</c>).
/// </summary>
public sealed partial class JsonFormatTests
{
    [Fact]
    public void Every_call_of_the_serializer_in_a_library_names_a_format()
    {
        (string Name, string Call)[] calls = [.. SourceTree.Files("src")
            .Where(file => !file.Contains("SimClr.Cli", StringComparison.Ordinal))
            .SelectMany(file => CallsIn(File.ReadAllText(file)).Select(call => (Path.GetFileName(file)!, call)))];
        Assert.InRange(calls.Length, 30, int.MaxValue);
        Assert.DoesNotContain(calls, call => !Format().IsMatch(call.Call));
    }

    [Fact]
    public void Every_format_builds_on_one_with_a_resolver()
    {
        (string Name, string Text)[] formats = [.. SourceTree.Files("src")
            .Where(file => !file.Contains("SimClr.Cli", StringComparison.Ordinal))
            .SelectMany(file => NewFormat().Matches(File.ReadAllText(file))
                .Select(match => (Path.GetFileName(file)!, match.Groups[1].Value)))];
        Assert.InRange(formats.Length, 4, int.MaxValue);
        Assert.DoesNotContain(formats, format => !format.Text.StartsWith("Json.", StringComparison.Ordinal)
            && format is not ("Json.cs", "Plain" or "Compact" or ""));
    }

    private static IEnumerable<string> CallsIn(string text)
    {
        foreach (Match call in Call().Matches(text))
        {
            int open = call.Index + call.Length;
            int depth = 1;
            int end = open;
            for (; depth > 0; end++)
            {
                depth += text[end] switch { '(' => 1, ')' => -1, _ => 0 };
            }

            yield return text[call.Index..end];
        }
    }

    [GeneratedRegex(@"\bJsonSerializer\.\w+(<[^(]*>)?\(")]
    private static partial Regex Call();

    [GeneratedRegex(@"\b(Json\.(Plain|Compact|Indented)|Format|options)\)$")]
    private static partial Regex Format();

    [GeneratedRegex(@"JsonSerializerOptions \w+(?: \{ get; \})? =\s+new\(([\w.]*)\)")]
    private static partial Regex NewFormat();
}

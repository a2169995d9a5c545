using System.Globalization;
using System.Text;

namespace SimClr.Cli;

/// <summary>
/// Shows what a terminal would obey instead of print: control characters, and those that turn the direction of text. They
/// are written as JSON writes them (<c>\u001b</c>), so that JSON means the same afterwards.
/// </summary>
internal static class TerminalText
{
    /// <summary>For a text of several lines, with tabs.</summary>
    public static string EscapeLines(string text) => Escape(text, oneLine: false);

    /// <summary>For a name within a line: a line break in it would look like a line of ours.</summary>
    public static string EscapeName(string name) => Escape(name, oneLine: true);

    /// <summary>Whether a terminal obeys this character, or some part of it does what is not seen.</summary>
    public static bool IsControl(char letter)
        => char.IsControl(letter) || letter is '\u061c' or '\u200e' or '\u200f' or (>= '\u2028' and <= '\u202e') or (>= '\u2066' and <= '\u2069');

    private static string Escape(string text, bool oneLine)
    {
        if (!text.Any(IsControl))
        {
            return text;
        }

        var shown = new StringBuilder(text.Length + 16);
        for (int i = 0; i < text.Length; i++)
        {
            char letter = text[i];
            bool kept = !IsControl(letter)
                || (!oneLine && (letter is '\n' or '\t' || (letter == '\r' && i + 1 < text.Length && text[i + 1] == '\n')));
            _ = kept ? shown.Append(letter) : shown.Append(CultureInfo.InvariantCulture, $"\\u{(int)letter:x4}");
        }

        return shown.ToString();
    }
}

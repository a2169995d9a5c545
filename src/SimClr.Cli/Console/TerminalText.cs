using System.Globalization;
using System.Text;

namespace SimClr.Cli;

/// <summary>
/// Escapes the characters that a terminal would execute instead of printing: control characters and text-direction
/// marks. They are written as in JSON (<c>\u001b</c>), so that JSON keeps its meaning.
/// </summary>
internal static class TerminalText
{
    /// <summary>Escapes multi-line text; line breaks and tabs stay.</summary>
    public static string EscapeLines(string text) => Escape(text, oneLine: false);

    /// <summary>
    /// Escapes a name within a line, including line breaks, which would look like further lines of output.
    /// </summary>
    public static string EscapeName(string name) => Escape(name, oneLine: true);

    /// <summary>Whether this character controls the terminal or changes the layout without being visible.</summary>
    public static bool IsControl(char letter)
        => char.IsControl(letter) || letter is '\u061c' or '\u200e' or '\u200f' or (>= '\u2028' and <= '\u202e')
            or (>= '\u2066' and <= '\u2069');

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
                || (!oneLine
                    && (letter is '\n' or '\t' || (letter == '\r' && i + 1 < text.Length && text[i + 1] == '\n')));
            _ = kept ? shown.Append(letter) : shown.Append(CultureInfo.InvariantCulture, $"\\u{(int)letter:x4}");
        }

        return shown.ToString();
    }
}

using System.Globalization;

namespace SimClr.Cli;

/// <summary>Quotes arguments for reuse in a shell.</summary>
internal static class ShellText
{
    public static string Quote(string argument)
        => argument.Any(TerminalText.IsControl) ? $"$'{string.Concat(argument.Select(Escape))}'"
            : argument.Length > 0
                && argument.All(letter => char.IsLetterOrDigit(letter) || "-_./:=,+@~\\".Contains(letter)) ? argument
            : $"'{argument.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    // In the form understood by bash, zsh and ksh.
    private static string Escape(char letter)
        => letter is '\'' or '\\' ? $"\\{letter}"
            : TerminalText.IsControl(letter) ? string.Create(CultureInfo.InvariantCulture, $"\\u{(int)letter:x4}")
            : letter.ToString();
}

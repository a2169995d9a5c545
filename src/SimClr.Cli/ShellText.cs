namespace SimClr.Cli;

/// <summary>Writes arguments so that they can be typed again.</summary>
internal static class ShellText
{
    public static string Quote(string argument)
        => argument.Length > 0 && argument.All(letter => char.IsLetterOrDigit(letter) || "-_./:=,+@~\\".Contains(letter))
            ? argument
            : $"'{argument.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}

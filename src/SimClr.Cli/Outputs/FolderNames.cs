using System.Text;

namespace SimClr.Cli.Outputs;

/// <summary>Turns names of classes into names of folders.</summary>
internal static class FolderNames
{
    private const int MaxBytes = 200;   // File systems allow 255; the rest is for numbers.
    private const char Filler = '_';
    private const string Forbidden = "<>:\"/\\|?*";

    // Windows opens a device under these names, whatever follows a dot.
    private static readonly string[] Devices =
    [
        "aux", "con", "nul", "prn", .. Enumerable.Range(0, 10).SelectMany(i => new[] { $"com{i}", $"lpt{i}" }),
    ];

    /// <summary>
    /// Returns one folder name per class, valid on Linux, macOS and Windows. Names that would differ in letter case
    /// alone, or not at all, get a number, such as <c>cat-2</c>.
    /// </summary>
    /// <param name="classes">The names of the classes, in order of precedence.</param>
    public static string[] Create(IEnumerable<string> classes)
    {
        var taken = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        return
        [
            .. classes.Select(name =>
            {
                string safe = Sanitize(name);
                string free = safe;
                for (int number = 2; !taken.Add(free); number++)
                {
                    free = $"{safe}-{number}";
                }

                return free;
            }),
        ];
    }

    private static string Sanitize(string name)
    {
        var text = new StringBuilder();
        int bytes = 0;
        foreach (Rune rune in name.EnumerateRunes())   // Invalid UTF-16 becomes U+FFFD.
        {
            bytes += rune.Utf8SequenceLength;
            if (bytes > MaxBytes)
            {
                break;
            }

            bool isValid = !Rune.IsControl(rune) && (!rune.IsBmp || !Forbidden.Contains((char)rune.Value));
            text.Append(isValid ? rune.ToString() : Filler.ToString());
        }

        // Windows removes dots and spaces at the end; a dot at the beginning hides a folder elsewhere.
        string safe = text.ToString().Trim(' ').TrimEnd('.', ' ');
        return safe.Length == 0 ? Filler.ToString()
            : safe[0] == '.' || Devices.Contains(safe.Split('.')[0].TrimEnd().ToLowerInvariant()) ? Filler + safe
            : safe;
    }
}

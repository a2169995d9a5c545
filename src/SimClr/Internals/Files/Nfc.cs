using System.Globalization;
using System.Text;

namespace SimClr.Internals;

/// <summary>
/// Unicode's normalization form C (UAX #15): texts that look the same, one with composed letters as typed on Linux and
/// Windows, one with separate letters and accents as stored by macOS file systems, become equal. The runtime needs the
/// system's ICU for this; without it, <see cref="string.Normalize()"/> returns the text unchanged.
/// </summary>
internal static class Nfc
{
    // Every text up to this character is in form C.
    private const char LastPlain = '\u02FF';

    private const int HangulBase = 0xAC00;
    private const int LeadBase = 0x1100;
    private const int VowelBase = 0x1161;
    private const int TailBase = 0x11A7;
    private const int Leads = 19;
    private const int Vowels = 21;
    private const int Tails = 28;

    private static readonly Lazy<Tables> Unicode = new(Read);

    /// <summary>Converts text to form C.</summary>
    public static string Compose(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.AsSpan().IndexOfAnyExceptInRange('\0', LastPlain) < 0 ? text : ComposeCore(text);
    }

    private static string ComposeCore(string text)
    {
        var parts = new List<int>(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
        {
            Decompose(rune.Value, parts);
        }

        Sort(parts);
        var whole = new StringBuilder(text.Length);
        Join(parts).ForEach(code => whole.Append(new Rune(code).ToString()));
        return whole.ToString();
    }

    private static void Decompose(int code, List<int> parts)
    {
        int syllable = code - HangulBase;
        if (syllable is >= 0 and < Leads * Vowels * Tails)
        {
            parts.Add(LeadBase + (syllable / (Vowels * Tails)));
            parts.Add(VowelBase + (syllable / Tails % Vowels));
            if (syllable % Tails > 0)
            {
                parts.Add(TailBase + (syllable % Tails));
            }
        }
        else if (Unicode.Value.Parts.TryGetValue(code, out int[]? found))
        {
            Array.ForEach(found, part => Decompose(part, parts));
        }
        else
        {
            parts.Add(code);
        }
    }

    /// <summary>
    /// Sorts each run of combining characters by class, keeping the order of equal classes.
    /// </summary>
    private static void Sort(List<int> parts)
    {
        for (int begin = 0; begin < parts.Count;)
        {
            int end = begin;
            while (end < parts.Count && ClassOf(parts[end]) > 0)
            {
                end++;
            }

            if (end - begin > 1)
            {
                int[] run = [.. parts.GetRange(begin, end - begin).OrderBy(ClassOf)];   // stable
                parts.RemoveRange(begin, run.Length);
                parts.InsertRange(begin, run);
            }

            begin = end + 1;
        }
    }

    private static List<int> Join(List<int> parts)
    {
        var joined = new List<int>(parts.Count);
        int starter = -1;
        int before = -1;   // The class of the last character after the starter; -1 if there is none.
        foreach (int code in parts)
        {
            int rank = ClassOf(code);
            if (starter >= 0 && before < rank && Pair(joined[starter], code) is { } pair)
            {
                joined[starter] = pair;
                continue;
            }

            (starter, before) = rank == 0 ? (joined.Count, -1) : (starter, rank);
            joined.Add(code);
        }

        return joined;
    }

    private static int? Pair(int first, int second)
    {
        if (first - LeadBase is >= 0 and < Leads and var lead && second - VowelBase is >= 0 and < Vowels and var vowel)
        {
            return HangulBase + (((lead * Vowels) + vowel) * Tails);
        }

        if (first - HangulBase is >= 0 and < Leads * Vowels * Tails and var syllable && syllable % Tails == 0
            && second - TailBase is > 0 and < Tails and var tail)
        {
            return first + tail;
        }

        return Unicode.Value.Pairs.TryGetValue((first, second), out int pair) ? pair : null;
    }

    private static int ClassOf(int code) => Unicode.Value.Classes.GetValueOrDefault(code);

    private static Tables Read()
    {
        var tables = new Tables([], [], []);
        using var lines = new StreamReader(typeof(Nfc).Assembly.GetManifestResourceStream("unicode")!);
        while (lines.ReadLine() is { } line)
        {
            string[] words = line.TrimStart('!', '@').Split(' ');
            if (line[0] == '@')
            {
                for (int code = Hex(words[0]); code <= Hex(words[1]); code++)
                {
                    tables.Classes[code] = int.Parse(words[2], CultureInfo.InvariantCulture);
                }
            }
            else if (line[0] != '#')
            {
                int code = Hex(words[0]);
                tables.Parts[code] = [.. words.Skip(1).Select(Hex)];
                if (line[0] != '!' && words.Length == 3)
                {
                    tables.Pairs[(Hex(words[1]), Hex(words[2]))] = code;
                }
            }
        }

        return tables;
    }

    private static int Hex(string text) => int.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private sealed record Tables(
        Dictionary<int, int[]> Parts, Dictionary<(int First, int Second), int> Pairs, Dictionary<int, int> Classes);
}

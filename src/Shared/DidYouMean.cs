namespace SimClr.Internals;

/// <summary>Finds the known name that a mistyped name probably means.</summary>
[SharedSource]
internal static class DidYouMean
{
    /// <summary>Returns " (did you mean 'x'?)", or an empty string if no known name is close.</summary>
    public static string Hint(string typed, IEnumerable<string> known)
        => Find(typed, known) is { } name ? $" (did you mean '{name}'?)" : "";

    /// <summary>
    /// Returns the closest known name if its edit distance is at most a third of the typed name's length (2 for short
    /// names); null otherwise.
    /// </summary>
    public static string? Find(string typed, IEnumerable<string> known)
    {
        (string Name, int Edits) best = known
            .Select(name => (name, Distance(typed.ToLowerInvariant(), name.ToLowerInvariant())))
            .DefaultIfEmpty(("", int.MaxValue))
            .MinBy(pair => pair.Item2);
        return best.Edits <= Math.Max(2, typed.Length / 3) ? best.Name : null;
    }

    /// <summary>
    /// Returns the known name closest to the typed one, at any distance. Names that contain the typed one, or are
    /// contained in it, come before names that are only spelled alike (<c>rate</c> means <c>base_rate</c>, not
    /// <c>name</c>).
    /// </summary>
    public static string Closest(string typed, IEnumerable<string> known)
        => known.OrderBy(name => Contains(name, typed) || Contains(typed, name) ? 0 : 1)
            .ThenBy(name => Distance(typed.ToLowerInvariant(), name.ToLowerInvariant()))
            .ThenByDescending(name => name.Intersect(typed).Count())   // 'foto' is as far from 'demo' as from 'photos'
            .First();

    private static bool Contains(string whole, string part) => whole.Contains(part, StringComparison.OrdinalIgnoreCase);

    private static int Distance(string a, string b)
    {
        int[] previous = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int[] current = new int[b.Length + 1];
            current[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int substitution = previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                current[j] = Math.Min(substitution, Math.Min(previous[j], current[j - 1]) + 1);
            }

            previous = current;
        }

        return previous[b.Length];
    }
}

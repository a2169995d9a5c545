namespace SimClr.Internals;

/// <summary>Finds the known name that a mistyped one probably meant.</summary>
[SharedSource]
internal static class DidYouMean
{
    /// <summary>" (did you mean 'x'?)", or nothing when no known name is near.</summary>
    public static string Hint(string typed, IEnumerable<string> known)
        => Find(typed, known) is { } name ? $" (did you mean '{name}'?)" : "";

    /// <summary>The known name within a third of the typed one's length in edits, or null.</summary>
    public static string? Find(string typed, IEnumerable<string> known)
    {
        (string Name, int Edits) best = known
            .Select(name => (name, Distance(typed.ToLowerInvariant(), name.ToLowerInvariant())))
            .DefaultIfEmpty(("", int.MaxValue))
            .MinBy(pair => pair.Item2);
        return best.Edits <= Math.Max(2, typed.Length / 3) ? best.Name : null;
    }

    /// <summary>
    /// The known name nearest to the typed one, however far: a name that holds the other comes before one that is
    /// only spelled alike (<c>rate</c> means <c>base_rate</c>, not <c>name</c>).
    /// </summary>
    public static string Closest(string typed, IEnumerable<string> known)
        => known.OrderBy(name => Contains(name, typed) || Contains(typed, name) ? 0 : 1)
            .ThenBy(name => Distance(typed.ToLowerInvariant(), name.ToLowerInvariant()))
            .ThenByDescending(name => name.Intersect(typed).Count())   // foto is as far from demo as from photos
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

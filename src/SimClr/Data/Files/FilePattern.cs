using System.IO.Enumeration;

namespace SimClr.Data;

/// <summary>Finds files by a pattern with <c>*</c> and <c>?</c> in any part of the path.</summary>
internal static class FilePattern
{
    /// <summary>Returns the matching files in ordinal order.</summary>
    public static string[] Match(string pattern)
    {
        string root = Path.GetPathRoot(pattern) ?? "";
        string[] parts = pattern[root.Length..]
            .Split(['/', Path.DirectorySeparatorChar], StringSplitOptions.RemoveEmptyEntries);
        IEnumerable<string> found = [root];
        for (int i = 0; i < parts.Length; i++)
        {
            string part = parts[i];
            bool last = i == parts.Length - 1;
            found = part.AsSpan().IndexOfAny('*', '?') < 0
                ? found.Select(folder => Path.Join(folder, part))
                : found.SelectMany(folder => MatchIn(folder, part, last));
        }

        return [.. found.Where(File.Exists).Order(StringComparer.Ordinal)];
    }

    private static IEnumerable<string> MatchIn(string folder, string part, bool files)
    {
        string place = folder.Length > 0 ? folder : ".";
        if (!Directory.Exists(place))
        {
            return [];
        }

        IEnumerable<string> entries = files ? Directory.EnumerateFiles(place) : Directory.EnumerateDirectories(place);
        return entries
            .Select(entry => Path.GetFileName(entry))
            .Where(name => FileSystemName.MatchesSimpleExpression(part, name, ignoreCase: false))
            .Select(name => Path.Join(folder, name));
    }
}

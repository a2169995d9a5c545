namespace SimClr.Cli.Outputs;

/// <summary>
/// Chooses names of new files that no file has: neither an existing one nor one chosen before, also in other letter
/// case, so that the files remain distinct on file systems that ignore it.
/// </summary>
internal sealed class FreeNames
{
    private readonly Dictionary<string, HashSet<string>> taken = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, int> numbers = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> listed = new(StringComparer.Ordinal);

    /// <summary>Whether no name was chosen in this folder before.</summary>
    public bool IsNewFolder(string folder) => !listed.Contains(folder);

    /// <summary>Returns the path, with a number before the extension if its name is taken, and reserves it.</summary>
    /// <param name="path">The full path of a file.</param>
    public string Take(string path)
    {
        string folder = Path.GetDirectoryName(path)!;
        HashSet<string> names = NamesIn(folder);
        if (names.Add(Path.GetFileName(path)))
        {
            return path;
        }

        string stem = Path.GetFileNameWithoutExtension(path);
        while (true)
        {
            int number = numbers[path] = numbers.GetValueOrDefault(path, 1) + 1;
            string name = $"{stem}-{number}{Path.GetExtension(path)}";
            if (names.Add(name))
            {
                return Path.Join(folder, name);
            }
        }
    }

    private HashSet<string> NamesIn(string folder)
    {
        if (!taken.TryGetValue(folder, out HashSet<string>? names))
        {
            taken[folder] = names = new(StringComparer.OrdinalIgnoreCase);
        }

        if (listed.Add(folder) && Directory.Exists(folder))
        {
            names.UnionWith(Directory.EnumerateFileSystemEntries(folder).Select(entry => Path.GetFileName(entry)!));
        }

        return names;
    }
}

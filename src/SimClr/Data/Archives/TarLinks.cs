namespace SimClr.Data;

/// <summary>
/// Finds what the links of a tar file lead to among its own members. A hard link names a member from the root of the
/// archive, usually an earlier one; a symbolic link a path from its own folder.
/// </summary>
internal sealed class TarLinks
{
    private const int MaxHops = 40;   // As Linux has it: links may lead in a circle.

    private readonly Dictionary<string, (long Offset, long Length)> files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> links = new(StringComparer.Ordinal);

    /// <summary>Takes the next member. Of several with one name, a link means the one that was packed last before it.</summary>
    public void Add(TarHeader header)
    {
        string name = Plain(header.Name);
        switch (header.Kind)
        {
            case TarKind.File:
                files[name] = (header.Offset, header.Length);
                links.Remove(name);
                break;
            case TarKind.HardLink or TarKind.SymbolicLink:
                string target = Target(header);
                if (header.Kind == TarKind.HardLink && files.TryGetValue(target, out var place))
                {
                    files[name] = place;
                    links.Remove(name);
                }
                else
                {
                    links[name] = target;
                    files.Remove(name);
                }

                break;
        }
    }

    /// <summary>Where the content of a member lies, once all have been taken; null for a link to what is not there.</summary>
    public (long Offset, long Length)? Find(TarHeader header)
    {
        if (header.Kind == TarKind.File)
        {
            return (header.Offset, header.Length);
        }

        string name = Plain(header.Name);
        for (int hop = 0; hop < MaxHops; hop++)
        {
            if (files.TryGetValue(name, out var place))
            {
                return place;
            }

            if (!links.TryGetValue(name, out string? next))
            {
                return null;
            }

            name = next;
        }

        return null;
    }

    private static string Target(TarHeader header)
    {
        if (header.Kind == TarKind.HardLink)
        {
            return Plain(header.Link);
        }

        // An absolute path leads out of any archive; a name that begins with '/' is none that a member has here.
        string folder = header.Name[..(header.Name.LastIndexOf('/') + 1)];
        return header.Link.StartsWith('/') ? header.Link : Plain(folder + header.Link);
    }

    /// <summary>Without a leading slash, '.' and '..' within it; what leads out of the archive keeps its '..'.</summary>
    private static string Plain(string path)
    {
        if (!path.StartsWith('.') && !path.StartsWith('/') && !path.Contains("/.", StringComparison.Ordinal)
            && !path.Contains("//", StringComparison.Ordinal))
        {
            return path;
        }

        List<string> parts = [];
        foreach (string part in path.Split('/'))
        {
            if (part == ".." && parts.Count > 0 && parts[^1] != "..")
            {
                parts.RemoveAt(parts.Count - 1);
            }
            else if (part is not ("" or "."))
            {
                parts.Add(part);
            }
        }

        return string.Join('/', parts);
    }
}

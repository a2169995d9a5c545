namespace SimClr.Data;

/// <summary>
/// Resolves the links of a tar file to its own members. The target of a hard link is a path from the root of the
/// archive, usually of an earlier member; that of a symbolic link is relative to the folder of the link.
/// </summary>
internal sealed class TarLinks
{
    private const int MaxHops = 40;   // The limit of Linux: links may form a cycle.

    private readonly Dictionary<string, (long Offset, long Length)> files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> links = new(StringComparer.Ordinal);

    /// <summary>
    /// Adds the next member. If several have the same name, a hard link refers to the last one before it.
    /// </summary>
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

    /// <summary>
    /// Returns the location of a member's content, once all members have been added; null for a dangling link.
    /// </summary>
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

        // An absolute path leads out of the archive; no normalized member name begins with '/'.
        string folder = header.Name[..(header.Name.LastIndexOf('/') + 1)];
        return header.Link.StartsWith('/') ? header.Link : Plain(folder + header.Link);
    }

    /// <summary>
    /// Returns a path without a leading slash and with '.' and '..' resolved; a path that leads out of the archive
    /// keeps its '..'.
    /// </summary>
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

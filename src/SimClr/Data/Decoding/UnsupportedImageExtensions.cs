namespace SimClr.Data;

/// <summary>
/// Extensions of pictures that are not read, so that a user is told of them. Other files beside images, such as lists and
/// sidecars, are none of theirs.
/// </summary>
internal static class UnsupportedImageExtensions
{
    private static readonly HashSet<string> Extensions =
    [
        ".heic", ".heif", ".hif", ".avif", ".tif", ".tiff", ".jxl", ".jp2", ".j2k", ".jpx", ".jpf", ".jxr", ".wdp",   // photographs
        ".dng", ".cr2", ".cr3", ".crw", ".nef", ".nrw", ".arw", ".srf", ".sr2", ".orf", ".rw2", ".raf", ".pef", ".srw",   // cameras
        ".x3f", ".rwl", ".iiq", ".3fr", ".fff", ".erf", ".kdc", ".dcr", ".mrw", ".mef", ".mos", ".raw", ".gpr",
        ".psd", ".psb", ".xcf", ".svg", ".svgz", ".eps",   // drawing
        ".ico", ".tga", ".pcx", ".ppm", ".pgm", ".pbm", ".pnm", ".pam", ".qoi", ".exr", ".hdr", ".dds", ".dcm",
        ".apng", ".dib", ".jif", ".jfi", ".mpo",
    ];

    /// <summary>Counts a file by its extension, in lower case, where pictures have it and none of them is read.</summary>
    /// <param name="name">The file or member.</param>
    /// <param name="counts">How many there were so far, by extension.</param>
    /// <returns>Whether it was counted.</returns>
    public static bool TryCount(string name, IDictionary<string, int> counts)
    {
        string extension = Path.GetExtension(name).ToLowerInvariant();
        if (!Extensions.Contains(extension))
        {
            return false;
        }

        counts[extension] = counts.TryGetValue(extension, out int count) ? count + 1 : 1;
        return true;
    }
}

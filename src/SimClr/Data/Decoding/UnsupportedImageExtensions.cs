namespace SimClr.Data;

/// <summary>
/// The extensions of image formats that are not supported, so that the user can be informed. Other files among images,
/// such as lists and sidecars, do not count.
/// </summary>
internal static class UnsupportedImageExtensions
{
    private static readonly HashSet<string> Extensions =
    [
        // photographs
        ".heic", ".heif", ".hif", ".avif", ".tif", ".tiff", ".jxl", ".jp2", ".j2k", ".jpx", ".jpf", ".jxr", ".wdp",
        // cameras
        ".dng", ".cr2", ".cr3", ".crw", ".nef", ".nrw", ".arw", ".srf", ".sr2", ".orf", ".rw2", ".raf", ".pef", ".srw",
        ".x3f", ".rwl", ".iiq", ".3fr", ".fff", ".erf", ".kdc", ".dcr", ".mrw", ".mef", ".mos", ".raw", ".gpr",
        ".psd", ".psb", ".xcf", ".svg", ".svgz", ".eps",   // drawing
        ".ico", ".tga", ".pcx", ".ppm", ".pgm", ".pbm", ".pnm", ".pam", ".qoi", ".exr", ".hdr", ".dds", ".dcm",
        ".apng", ".dib", ".jif", ".jfi", ".mpo",
    ];

    /// <summary>Counts a file by its lower-case extension if it has that of an unsupported image format.</summary>
    /// <param name="name">The name of the file or member.</param>
    /// <param name="counts">The numbers so far, by extension.</param>
    /// <returns>Whether the file was counted.</returns>
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

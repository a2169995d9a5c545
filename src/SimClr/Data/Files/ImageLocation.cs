using System.Collections.Concurrent;

namespace SimClr.Data;

/// <summary>The location of an image, with symbolic links resolved.</summary>
/// <param name="Path">The file, or the name of a member of a larger file.</param>
/// <param name="Bytes">The length of the file or member; null if the image is stored only as pixels.</param>
/// <param name="Slice">The larger file and the offset of the member in it; null for a separate file.</param>
internal readonly record struct ImageLocation(string Path, long? Bytes, (string File, long Offset)? Slice = null)
{
    /// <summary>Finds the location of an image.</summary>
    /// <param name="images">The data set.</param>
    /// <param name="index">The index of the image.</param>
    /// <param name="folders">A cache of folders with their links resolved.</param>
    public static ImageLocation Find(ImageDataSet images, int index, ConcurrentDictionary<string, string> folders)
    {
        ImageLocation place = Find(images.PathOf(index), folders);
        return images.SliceOf(index) is { } slice
            ? place with { Bytes = slice.Length, Slice = (slice.File, slice.Offset) }
            : place;
    }

    private static ImageLocation Find(string path, ConcurrentDictionary<string, string> folders)
    {
        if (path.Length == 0 || path.Contains('\0'))
        {
            return new ImageLocation(path, null);   // No file has such a name, and resolving it throws.
        }

        string full = System.IO.Path.GetFullPath(path);
        try
        {
            var file = new FileInfo(InRealFolder(full, folders));
            file = file is { Exists: true, LinkTarget: not null } ? new FileInfo(RealPath.Resolve(full)) : file;
            return new ImageLocation(file.FullName, file.Exists ? file.Length : null);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return new ImageLocation(full, null);
        }
    }

    private static string InRealFolder(string full, ConcurrentDictionary<string, string> folders)
        => System.IO.Path.GetDirectoryName(full) is { } parent
            ? System.IO.Path.Join(
                folders.GetOrAdd(parent, folder => Real(folder, folders)), System.IO.Path.GetFileName(full))
            : full;

    // The "folder" of an archive member is a file or does not exist.
    private static string Real(string folder, ConcurrentDictionary<string, string> folders)
        => Directory.Exists(folder) || File.Exists(folder) ? RealPath.Resolve(folder) : InRealFolder(folder, folders);
}

using System.Collections.Concurrent;

namespace SimClr.Data;

/// <summary>Where an image is, with links resolved.</summary>
/// <param name="Path">The file, or what names a member of a larger one.</param>
/// <param name="Bytes">Length of the file or member; null where the image has no bytes but its pixels.</param>
/// <param name="Slice">The larger file and where the member begins in it; null for a file of its own.</param>
internal readonly record struct ImageLocation(string Path, long? Bytes, (string File, long Offset)? Slice = null)
{
    /// <param name="images">A set.</param>
    /// <param name="index">The image.</param>
    /// <param name="folders">The folders that were met before, with links resolved.</param>
    public static ImageLocation Find(ImageDataSet images, int index, ConcurrentDictionary<string, string> folders)
    {
        ImageLocation place = Find(images.PathOf(index), folders);
        return images.SliceOf(index) is { } slice ? place with { Bytes = slice.Length, Slice = (slice.File, slice.Offset) } : place;
    }

    private static ImageLocation Find(string path, ConcurrentDictionary<string, string> folders)
    {
        if (path.Length == 0 || path.Contains('\0'))
        {
            return new ImageLocation(path, null);   // No file has such a name, and to ask where it would lie is an error.
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
            ? System.IO.Path.Join(folders.GetOrAdd(parent, folder => Real(folder, folders)), System.IO.Path.GetFileName(full))
            : full;

    // What names a member of an archive as a folder is none.
    private static string Real(string folder, ConcurrentDictionary<string, string> folders)
        => Directory.Exists(folder) || File.Exists(folder) ? RealPath.Resolve(folder) : InRealFolder(folder, folders);
}

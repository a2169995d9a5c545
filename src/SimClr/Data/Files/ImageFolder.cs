namespace SimClr.Data;

/// <summary>
/// Opens the images below a folder, ordered by path. The top-level subfolders are the classes if there are at least two
/// and every image is in one.
/// </summary>
internal static class ImageFolder
{
    public static FileDataSet Open(string name, string folder, DataOptions options)
    {
        FolderScan scan = FolderScan.Run(folder);
        if (scan.Images.Count == 0)
        {
            throw Empty(name, folder, scan);
        }

        string[]? classes = ClassesOf(scan.Images, out string? reason);
        return new FileDataSet(name, folder, scan.Images, classes, options, reason, scan.Omissions);
    }

    private static DataException Empty(string name, string folder, FolderScan scan)
    {
        Omissions omissions = scan.Omissions;
        string found = scan.OtherFiles == 0 ? "there is no file" : $"there is no image among {scan.OtherFiles} file(s)";
        found += omissions.UnsupportedFormats.Count > 0
            ? $" ({omissions.UnsupportedFormatsText()}, which are not supported)"
            : "";
        Omission? first = omissions.Folders.Concat(omissions.SpecialFiles).Cast<Omission?>().FirstOrDefault();
        string hint = first is { } omission ? $". Skipped {omission.Path}: {omission.Reason}" : "";
        return new DataException(
            $"'{name}': {found} in {Path.GetFullPath(folder)}; expected files that end in "
                + $"{string.Join(", ", ImageDecoder.Extensions)}, here or in subfolders{hint}");
    }

    /// <summary>Returns the class of each image, the name of its top-level folder; null if there are none.</summary>
    /// <param name="images">The paths of the images.</param>
    /// <param name="reason">
    /// The reason why there are no classes, if some images are outside the class folders; else null.
    /// </param>
    private static string[]? ClassesOf(IReadOnlyList<string> images, out string? reason)
    {
        string[] classes = [.. images.Where(path => path.Contains('/')).Select(path => path[..path.IndexOf('/')])];
        bool severalClasses = classes.Distinct().Skip(1).Any();
        int strays = images.Count - classes.Length;
        reason = severalClasses && strays > 0
            ? $"'{images.First(path => !path.Contains('/'))}' is not in a class folder ({strays} "
                + $"of {images.Count} images)"
            : null;
        return severalClasses && strays == 0 ? classes : null;
    }
}

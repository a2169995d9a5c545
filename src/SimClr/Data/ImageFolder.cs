namespace SimClr.Data;

/// <summary>
/// The images below a folder, ordered by path. Their classes are the top-level subfolders when every image lies in
/// one and there are at least two.
/// </summary>
internal static class ImageFolder
{
    public static FileDataSet Open(string name, string folder, DataOptions options)
    {
        FolderScan scan = FolderScan.Of(folder);
        if (scan.Images.Count == 0)
        {
            string found = scan.OtherFiles == 0
                ? "there is no file"
                : $"there is no image among {scan.OtherFiles} file(s)";
            throw new DataException(
                $"'{name}': {found} in {Path.GetFullPath(folder)}; expected files that end in "
                    + $"{string.Join(", ", ImageDecoder.Extensions)}, here or in subfolders");
        }

        return new FileDataSet(name, folder, scan.Images, ClassesOf(scan.Images), options);
    }

    private static string[]? ClassesOf(IReadOnlyList<string> images)
    {
        if (images.Any(path => !path.Contains('/')))
        {
            return null;
        }

        string[] classes = [.. images.Select(path => path[..path.IndexOf('/')])];
        return classes.Distinct().Skip(1).Any() ? classes : null;
    }
}

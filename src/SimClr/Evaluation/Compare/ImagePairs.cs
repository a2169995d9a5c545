using SimClr.Internals;

namespace SimClr.Evaluation;

/// <summary>Pairs the images of two evaluations by path.</summary>
internal static class ImagePairs
{
    private const int MaxNamed = 3;

    /// <summary>
    /// Returns the rows of both in the same order of images. Images match by path without the folder common to all
    /// paths of a file, so the location of the test set does not matter.
    /// </summary>
    /// <exception cref="DataException">They cover different images.</exception>
    public static (int[] A, int[] B) Match(
        IReadOnlyList<string> a, IReadOnlyList<string> b, string nameA, string nameB)
    {
        ((string Path, int Row)[] first, (string Path, int Row)[] second) = (SortByPath(a), SortByPath(b));
        string[] pathsA = [.. first.Select(image => image.Path)];
        string[] pathsB = [.. second.Select(image => image.Path)];
        return pathsA.SequenceEqual(pathsB)
            ? ([.. first.Select(image => image.Row)], [.. second.Select(image => image.Row)])
            : throw new DataException(
                $"{nameA} and {nameB} cover different images ({a.Count} and "
                    + $"{b.Count}{Only(pathsA, pathsB, nameA)}{Only(pathsB, pathsA, nameB)}); "
                    + "expected two evaluations on the same test images");
    }

    private static (string Path, int Row)[] SortByPath(IReadOnlyList<string> paths)
    {
        int shared = SharedFolder(paths);
        return
        [
            .. paths.Select((path, row) => (Path: Nfc.Compose(path[shared..].Replace('\\', '/')), Row: row))
                .OrderBy(image => image.Path, StringComparer.Ordinal),
        ];
    }

    /// <summary>The length of the folder common to all paths, including its separator.</summary>
    private static int SharedFolder(IReadOnlyList<string> paths)
    {
        ReadOnlySpan<char> shared = paths[0];
        foreach (string path in paths)
        {
            shared = shared[..shared.CommonPrefixLength(path)];
        }

        return shared.LastIndexOfAny('/', '\\') + 1;
    }

    private static string Only(string[] paths, string[] others, string name)
    {
        string[] only = [.. paths.Except(others).Take(MaxNamed)];
        return only.Length == 0 ? ""
            : $"; only in {name}: {string.Join(", ", only)}{(only.Length == MaxNamed ? ", …" : "")}";
    }
}

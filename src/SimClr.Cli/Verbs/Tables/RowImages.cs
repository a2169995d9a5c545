using SimClr.Data;
using SimClr.Internals;

namespace SimClr.Cli.Verbs;

/// <summary>
/// The images behind the rows of a table, from the embedded set or from files at the paths of the rows. Unreadable
/// images have no row, so row numbers and image indices may differ.
/// </summary>
internal sealed class RowImages(IReadOnlyList<string> paths, ImageDataSet? set, string? folder)
{
    // Pictures on pages are small, so a reduced decoding of a large JPEG is enough.
    private static readonly DataOptions Reading = new() { ScaledDecode = 160 };

    private readonly Lazy<Dictionary<string, int>> indices = new(() => IndicesOf(paths, set));
    private int missing;

    /// <summary>The number of requested images that could not be read.</summary>
    public int Missing => missing;

    /// <summary>Returns the file of a row; null if there is none.</summary>
    public string? FileOf(int row)
    {
        string path = paths[row];
        return Candidates(path).FirstOrDefault(File.Exists);
    }

    /// <summary>Returns the rows without those whose file is also that of another row, a link.</summary>
    /// <returns>In ascending order; of several rows with the same file, the one with the file's own path.</returns>
    public int[] RowsWithoutLinks()
    {
        string?[] files = [.. ParallelEnumerable.Range(0, paths.Count).AsOrdered().Select(FileOf)];
        return
        [
            .. ParallelEnumerable.Range(0, paths.Count).AsOrdered()
                .Select(row => (Row: row, File: files[row] is { } file ? FileIdentity.Get(file) : $"row {row}"))
                .AsSequential()
                .GroupBy(row => row.File, row => row.Row)
                .Select(names => names.Count() == 1 ? names.First()
                    : names.OrderBy(row => FileIdentity.IsOwnPath(files[row]!) ? 0 : 1).First())
                .Order(),
        ];
    }

    /// <summary>Returns the images of rows as a set, in that order. It needs no disposal.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="reading">The options for reading files.</param>
    public ImageDataSet ToDataSet(IReadOnlyList<int> rows, DataOptions reading)
        => set is not null
            ? set.Subset([.. rows.Select(IndexOf)])
            : ImageDataSet.FromFiles([.. rows.Select(row => FileOf(row) ?? paths[row])], options: reading);

    /// <summary>
    /// Returns the image of a row, possibly reduced; null and counted as missing if it cannot be read. Thread-safe.
    /// </summary>
    public RgbImage? Read(int row)
    {
        try
        {
            return FileOf(row) is { } file ? ImageDecoder.Decode(RegularFile.ReadAllBytes(file), file, Reading)
                : set is not null ? set.Read(IndexOf(row))
                : CountMissing();
        }
        catch (Exception error) when (error is UnreadableImageException or IOException or UnauthorizedAccessException)
        {
            return CountMissing();
        }
    }

    /// <summary>Writes a note on the images that are missing from a page.</summary>
    public void WriteNote(CommandContext context)
    {
        if (missing > 0)
        {
            context.WriteNote(
                $"{missing} image(s) could not be read and are shown without a picture; "
                    + "give their folder with --images");
        }
    }

    private int IndexOf(int row)
        => set!.Count == paths.Count ? row
            : indices.Value.TryGetValue(paths[row], out int index) ? index
            : throw new ArgumentException($"{paths[row]} has a row, but is not one of the images of {set.Name}");

    private static Dictionary<string, int> IndicesOf(IReadOnlyList<string> paths, ImageDataSet? set)
    {
        var found = new Dictionary<string, int>();
        for (int index = 0; set is not null && set.Count != paths.Count && index < set.Count; index++)
        {
            found.TryAdd(set.PathOf(index), index);
        }

        return found;
    }

    private RgbImage? CountMissing()
    {
        Interlocked.Increment(ref missing);
        return null;
    }

    private IEnumerable<string> Candidates(string path) => folder is null
        ? [path]
        : [Path.Join(folder, path), Path.Join(folder, Path.GetFileName(path)), path];
}

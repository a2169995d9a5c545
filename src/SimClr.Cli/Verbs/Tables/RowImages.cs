using SimClr.Cli.Reports;
using SimClr.Data;
using SimClr.Embeddings;
using SimClr.Internals;

namespace SimClr.Cli.Verbs;

/// <summary>
/// The images behind the rows of a table, from the embedded set or from files at the paths of the rows.
/// </summary>
internal sealed class RowImages(EmbeddingTable table, ImageDataSet? set, string? folder)
{
    // Pictures on pages are small, so a reduced decoding of a large JPEG is enough.
    private static readonly DataOptions Reading = new() { ScaledDecode = 160 };

    private readonly TableImages? images = set is null ? null : new TableImages(table, set);
    private int missing;

    /// <summary>The number of requested images that could not be read.</summary>
    public int Missing => missing;

    /// <summary>Returns the file of a row; null if there is none.</summary>
    public string? FileOf(int row)
    {
        string path = table.Paths[row];
        return Candidates(path).FirstOrDefault(File.Exists);
    }

    /// <summary>
    /// Returns the image of a row, possibly reduced; null and counted as missing if it cannot be read. Thread-safe.
    /// </summary>
    public RgbImage? Read(int row)
    {
        try
        {
            return FileOf(row) is { } file ? ImageDecoder.Decode(RegularFile.ReadAllBytes(file), file, Reading)
                : images is not null ? images.Read(row)
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

    private RgbImage? CountMissing()
    {
        Interlocked.Increment(ref missing);
        return null;
    }

    private IEnumerable<string> Candidates(string path) => folder is null
        ? [path]
        : [Path.Join(folder, path), Path.Join(folder, Path.GetFileName(path)), path];
}

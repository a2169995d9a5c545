using SimClr.Cli.Reports;
using SimClr.Data;
using SimClr.Embeddings;
using SimClr.Internals;

namespace SimClr.Cli.Verbs;

/// <summary>The images behind the rows of a table: of the set that was embedded, or files by the paths of the rows.</summary>
internal sealed class RowImages(EmbeddingTable table, ImageDataSet? set, string? folder)
{
    // Pictures on pages are small: a fraction of a large JPEG is enough.
    private static readonly DataOptions Reading = new() { ScaledDecode = 160 };

    private readonly TableImages? images = set is null ? null : new TableImages(table, set);
    private int missing;

    /// <summary>Images that were asked for and could not be read.</summary>
    public int Missing => missing;

    /// <summary>The file of a row; null where there is none.</summary>
    public string? FileOf(int row)
    {
        string path = table.Paths[row];
        return Candidates(path).FirstOrDefault(File.Exists);
    }

    /// <summary>The image of a row, perhaps reduced; null where it cannot be read, which is counted. Thread-safe.</summary>
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

    /// <summary>Tells of images that a page had to do without.</summary>
    public void WriteNote(CommandContext context)
    {
        if (missing > 0)
        {
            context.WriteNote($"{missing} image(s) could not be read and are shown without a picture; give their folder with --images");
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

using SimClr.Data;
using SimClr.Internals;

namespace SimClr.Cli.Reports;

/// <summary>A small picture of an image file.</summary>
internal static class FileThumbnail
{
    private const int Side = 128;

    /// <summary>The picture; null where there is no such file or it cannot be read.</summary>
    public static Tile? TryCreate(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            using FileStream stream = RegularFile.OpenRead(path);
            return Tile.FromImage(ImageDecoder.Decode(stream, path), Side);
        }
        catch (Exception error) when (error is UnreadableImageException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}

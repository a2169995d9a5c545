using SimClr.Data;
using SimClr.Internals;

namespace SimClr.Cli.Reports;

/// <summary>A thumbnail of an image file.</summary>
internal static class FileThumbnail
{
    private const int Side = 128;

    /// <summary>Returns the thumbnail; null if the file is missing or unreadable.</summary>
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

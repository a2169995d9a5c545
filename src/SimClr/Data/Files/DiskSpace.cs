using SimClr.Internals;

namespace SimClr.Data;

/// <summary>Free space on disks.</summary>
internal static class DiskSpace
{
    /// <summary>Tells before a long download or unpacking that it would not fit.</summary>
    /// <param name="folder">Where the bytes will go; it exists.</param>
    /// <param name="bytes">How many.</param>
    /// <param name="what">What they are.</param>
    /// <exception cref="DataException">There is less.</exception>
    public static void Require(string folder, long bytes, string what)
    {
        long free = new DriveInfo(Path.GetFullPath(folder)).AvailableFreeSpace;
        if (bytes > free)
        {
            throw new DataException(
                $"{what} takes {ByteSize.Format(bytes)}, but {Path.GetFullPath(folder)} has {ByteSize.Format(free)} free; make room, or choose another output folder");
        }
    }
}

using SimClr.Internals;

namespace SimClr.Data;

/// <summary>Free disk space.</summary>
internal static class DiskSpace
{
    /// <summary>Requires free space before a long download or extraction.</summary>
    /// <param name="folder">The target folder, which must exist.</param>
    /// <param name="bytes">The number of bytes required.</param>
    /// <param name="what">The name of the data in the message.</param>
    /// <exception cref="DataException">The disk has less free space.</exception>
    public static void Require(string folder, long bytes, string what)
    {
        long free = new DriveInfo(Path.GetFullPath(folder)).AvailableFreeSpace;
        if (bytes > free)
        {
            throw new DataException(
                $"{what} takes {ByteSize.Format(bytes)}, but {Path.GetFullPath(folder)} has {ByteSize.Format(free)} "
                    + "free; make room, or choose another output folder");
        }
    }
}

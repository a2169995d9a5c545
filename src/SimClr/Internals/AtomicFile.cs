namespace SimClr.Internals;

/// <summary>Writes a file whole or not at all: temporary name beside it, flush to disk, rename.</summary>
internal static class AtomicFile
{
    public static void Write(string path, Action<Stream> write)
    {
        string full = Path.GetFullPath(path);
        string temporary = $"{full}.{Environment.ProcessId}.tmp";
        FileStream stream = Open(temporary, FileMode.Create, FileAccess.Write, 1 << 20);
        try
        {
            using (stream)
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, full, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>
    /// Opens a file to be written, and makes its folder. Where the folder takes no files the system says that it could not
    /// find the file, or names one that nobody knows: here it is the folder that is named.
    /// </summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static FileStream Open(string path, FileMode mode, FileAccess access, int bufferSize)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        try
        {
            Directory.CreateDirectory(folder);
            return new FileStream(path, mode, access, FileShare.None, bufferSize);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException && !File.Exists(path))
        {
            throw new IOException($"the folder {folder} cannot be {(Directory.Exists(folder) ? "written to" : "made")}", error);
        }
    }

    public static void WriteText(string path, string text)
        => Write(path, stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(text)));
}

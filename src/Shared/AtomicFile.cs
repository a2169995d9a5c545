using System.Diagnostics;
using System.Globalization;

namespace SimClr.Internals;

/// <summary>
/// Writes a file whole or not at all: temporary name beside it, flush to disk, rename. The temporary name is the file's with the
/// number of the process and <c>.simclr.tmp</c> behind it, as nobody names a file of his own; one that a killed process left is
/// removed when the file is next written.
/// </summary>
[SharedSource]
internal static class AtomicFile
{
    private const string Ending = ".simclr.tmp";

    public static void Write(string path, Action<Stream> write)
    {
        string full = Path.GetFullPath(path);
        string temporary = TemporaryOf(full);
        RemoveRemnants(full);
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

    /// <summary>The name under which this process writes a file until it is whole.</summary>
    public static string TemporaryOf(string path) => string.Create(CultureInfo.InvariantCulture, $"{path}.{Environment.ProcessId}{Ending}");

    /// <summary>
    /// Removes what killed processes left of a file. A process that writes holds its own open, so that one that can be opened
    /// alone is nobody's; where a file system does not tell that, it stays: a process of another machine may be at work. So it
    /// does while a process like this one with the number in the name lives, for SQLite locks its files in another way.
    /// </summary>
    public static void RemoveRemnants(string path)
    {
        string full = Path.GetFullPath(path);
        try
        {
            foreach (string remnant in Directory.EnumerateFiles(Path.GetDirectoryName(full)!, $"*{Ending}"))
            {
                if (WriterOf(full, remnant) is { } process && !IsRunning(process))
                {
                    RemoveFree(remnant);
                }
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // There is no such folder yet, or it cannot be listed: what stays does no harm.
        }
    }

    private static void RemoveFree(string remnant)
    {
        try
        {
            bool isFree;
            using (OpenExclusively(remnant))
            {
                isFree = LocksAreEnforced(remnant);
            }

            if (isFree)
            {
                File.Delete(remnant);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Somebody is at work, here or on another machine.
        }
    }

    /// <summary>Whether a file that is held open alone cannot be opened a second time: not so on some network file systems.</summary>
    private static bool LocksAreEnforced(string held)
    {
        try
        {
            OpenExclusively(held).Dispose();
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    private static FileStream OpenExclusively(string file) => new(file, FileMode.Open, FileAccess.ReadWrite, FileShare.None);

    /// <summary>The number of the process that a temporary name says; null where the name is not one of this file's.</summary>
    private static int? WriterOf(string path, string file)
        => file.StartsWith($"{path}.", StringComparison.Ordinal) && file.Length > path.Length + Ending.Length
            && int.TryParse(file.AsSpan()[(path.Length + 1)..^Ending.Length], NumberStyles.None, CultureInfo.InvariantCulture, out int process)
                ? process
                : null;

    /// <summary>This process itself had its number from another that is gone: in a container, or before the machine was started anew.</summary>
    private static bool IsRunning(int process)
    {
        try
        {
            using var self = Process.GetCurrentProcess();
            using var other = Process.GetProcessById(process);
            return other.Id != self.Id && other.ProcessName == self.ProcessName;
        }
        catch (Exception error) when (error is ArgumentException or InvalidOperationException)
        {
            return false;   // There is none, or it has just ended.
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
        if (Directory.Exists(path))
        {
            throw new IOException(
                $"'{path}' is a folder, and in the way of a file that is written first; move it away or rename it");
        }

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

using System.Diagnostics;
using System.Globalization;

namespace SimClr.Internals;

/// <summary>
/// Writes a file completely or not at all: to a temporary file in the same folder, flushed to disk, then renamed. The
/// temporary name is the file's name followed by the process ID and <c>.simclr.tmp</c>, which no user would choose. The
/// next write of the file removes temporary files left by killed processes.
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

    /// <summary>The temporary name under which this process writes a file.</summary>
    public static string TemporaryOf(string path)
        => string.Create(CultureInfo.InvariantCulture, $"{path}.{Environment.ProcessId}{Ending}");

    /// <summary>
    /// Removes the temporary files of a file that killed processes left. A process holds its temporary file open while
    /// it writes, so one that can be opened exclusively is abandoned. If the file system does not enforce such locks,
    /// the file stays, because a process on another machine may be writing it. It also stays while a process with the
    /// name of this one and the ID in the file name runs, because SQLite locks its files in another way.
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
            // The folder does not exist yet, or it cannot be listed: leftover files do no harm.
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
            // Another process is writing the file, here or on another machine.
        }
    }

    /// <summary>
    /// Whether a file held open exclusively cannot be opened a second time; some network file systems do not enforce
    /// this.
    /// </summary>
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

    private static FileStream OpenExclusively(string file)
        => new(file, FileMode.Open, FileAccess.ReadWrite, FileShare.None);

    /// <summary>
    /// The process ID in a temporary name; null if the name is not a temporary name of this file.
    /// </summary>
    private static int? WriterOf(string path, string file)
        => file.StartsWith($"{path}.", StringComparison.Ordinal) && file.Length > path.Length + Ending.Length
            && int.TryParse(
                file.AsSpan()[(path.Length + 1)..^Ending.Length],
                NumberStyles.None,
                CultureInfo.InvariantCulture,
                out int process)
                ? process
                : null;

    /// <summary>
    /// Whether another process with this ID and the name of this one runs. If the ID is this process's own, it was
    /// reused from a process that has ended: in a container, or after a restart of the machine.
    /// </summary>
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
            return false;   // There is no such process, or it has just ended.
        }
    }

    /// <summary>
    /// Opens a file for writing and creates its folder. If the folder takes no files, the system's error says that the
    /// file was not found, or names a temporary file unknown to the user; this method's error names the folder.
    /// </summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static FileStream Open(string path, FileMode mode, FileAccess access, int bufferSize)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        if (Directory.Exists(path))
        {
            throw new IOException(
                $"'{path}' is a folder, but a temporary file must be written there; move or rename the folder");
        }

        try
        {
            Directory.CreateDirectory(folder);
            return new FileStream(path, mode, access, FileShare.None, bufferSize);
        }
        catch (Exception error) when (error is FileNotFoundException
            or DirectoryNotFoundException
            or UnauthorizedAccessException
            && !File.Exists(path))
        {
            throw new IOException(
                $"the folder {folder} cannot be {(Directory.Exists(folder) ? "written to" : "created")}", error);
        }
    }

    public static void WriteText(string path, string text)
        => Write(path, stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(text)));
}

namespace SimClr.Checkpoints;

/// <summary>
/// Keeps a directory to one process while it is trained in: two would write over each other's checkpoints. It is a file that
/// is held open, so that the system frees it however the process ends. The file itself stays, for whoever deletes a lock that is
/// free may delete one that has just been taken; only a directory in which nothing came to be is left as it was found.
/// </summary>
internal sealed class RunLock : IDisposable
{
    private readonly string directory;
    private readonly bool isNew;
    private readonly FileStream file;

    private RunLock(string directory, bool isNew, FileStream file)
    {
        this.directory = directory;
        this.isNew = isNew;
        this.file = file;
    }

    /// <summary>The file of a directory.</summary>
    public static string FileIn(string directory) => Path.Combine(directory, "run.lock");

    /// <summary>Takes a directory, which is made where it is missing.</summary>
    /// <exception cref="ConfigurationException">Another process has it.</exception>
    public static RunLock Acquire(string directory)
    {
        bool isNew = !Directory.Exists(directory);
        Directory.CreateDirectory(directory);
        return new RunLock(directory, isNew, Open(directory));
    }

    /// <summary>Refuses a directory that another process has; nothing is made.</summary>
    /// <exception cref="ConfigurationException">Another process has it.</exception>
    public static void ThrowIfHeld(string directory)
    {
        if (File.Exists(FileIn(directory)))
        {
            Open(directory).Dispose();
        }
    }

    public void Dispose()
    {
        file.Dispose();
        if (Directory.Exists(directory) && Directory.EnumerateFileSystemEntries(directory).All(entry => entry == FileIn(directory)))
        {
            RemoveLockFile();
        }
    }

    private void RemoveLockFile()
    {
        try
        {
            File.Delete(FileIn(directory));
            if (isNew)
            {
                Directory.Delete(directory);
            }
        }
        catch (IOException)
        {
            // Another process has just come: it is its own now.
        }
    }

    private static FileStream Open(string directory)
    {
        string path = FileIn(directory);
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException error) when (IsHeld(error))
        {
            throw new ConfigurationException(
                $"{directory}: another process is at work in this directory (it holds {Path.GetFileName(path)}). Wait until it ends, stop it, or choose another output directory.",
                error);
        }
    }

    // Missing rights and full disks are told as they are; a file that another process holds is EWOULDBLOCK, or a sharing violation on Windows.
    private static bool IsHeld(IOException error) => error.GetType() == typeof(IOException) && error.HResult is 11 or 35 or unchecked((int)0x80070020);
}

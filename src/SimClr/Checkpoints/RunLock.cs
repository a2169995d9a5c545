namespace SimClr.Checkpoints;

/// <summary>
/// A lock that reserves a directory for the process that trains in it, since two processes would overwrite each other's
/// checkpoints. The lock is a file that is held open, so that the operating system releases it however the process
/// ends. The file is normally not deleted, because a free lock may be taken by another process just before its
/// deletion. It is deleted only if the directory contains nothing else, and with it the directory if this lock created
/// it.
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

    /// <summary>Returns the path of the lock file of a directory.</summary>
    public static string FileIn(string directory) => Path.Combine(directory, "run.lock");

    /// <summary>Locks a directory, which is created if it does not exist.</summary>
    /// <exception cref="ConfigurationException">Another process holds the lock.</exception>
    public static RunLock Acquire(string directory)
    {
        bool isNew = !Directory.Exists(directory);
        Directory.CreateDirectory(directory);
        return new RunLock(directory, isNew, Open(directory));
    }

    /// <summary>Throws if another process holds the lock of a directory. Creates nothing.</summary>
    /// <exception cref="ConfigurationException">Another process holds the lock.</exception>
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
        if (Directory.Exists(directory)
            && Directory.EnumerateFileSystemEntries(directory).All(entry => entry == FileIn(directory)))
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
            // Another process has just taken the directory.
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
                $"{directory}: another process is using this directory (it holds {Path.GetFileName(path)}). "
                    + "Wait until it ends, stop it, or choose another output directory.",
                error);
        }
    }

    // EWOULDBLOCK, or a sharing violation on Windows, means that another process holds the file. Other errors, such as
    // missing permissions or a full disk, are reported unchanged.
    internal static bool IsHeld(IOException error)
        => error.GetType() == typeof(IOException) && error.HResult is 11 or 35 or unchecked((int)0x80070020);
}

using SimClr.Internals;

namespace SimClr.Cli;

/// <summary>A file that the user asked for by name: made whole or not at all, its folder too, and never over something else.</summary>
internal sealed class OutputFile
{
    private readonly string option;
    private readonly string target;

    /// <summary>Checks the name, so that a mistake is told before anything is computed.</summary>
    /// <param name="option">The option that named it, for messages.</param>
    /// <param name="path">What the user typed.</param>
    /// <param name="example">A good file name, for messages.</param>
    /// <exception cref="ConfigurationException">It cannot be a file.</exception>
    public OutputFile(string option, string path, string example)
    {
        this.option = option;
        Path = path;
        if (string.IsNullOrWhiteSpace(path))
        {
            throw new ConfigurationException($"{option}: got nothing, expected a file such as {example}");
        }

        if (Directory.Exists(path) || System.IO.Path.EndsInDirectorySeparator(path))
        {
            throw new ConfigurationException(
                $"{option}: '{path}' is a folder, expected a file such as {System.IO.Path.Join(path, example)}");
        }

        target = TranslateErrors(() => TargetOf(new FileInfo(path)));
        if (TranslateErrors(() => File.Exists(target) && !IsPlain(target)))
        {
            throw new ConfigurationException($"{option}: '{path}' is a device or a pipe, expected a file such as {example}");
        }
    }

    /// <summary>What the user typed.</summary>
    public string Path { get; }

    /// <summary>A file that is written beside this one.</summary>
    /// <param name="suffix">What its name adds.</param>
    /// <exception cref="ConfigurationException">It cannot be a file.</exception>
    public OutputFile WithSuffix(string suffix) => new(option, Path + suffix, System.IO.Path.GetFileName(Path) + suffix);

    /// <summary>Writes it, whole or not at all.</summary>
    /// <exception cref="ConfigurationException">It cannot be written.</exception>
    public void Write(byte[] content) => Write(stream => stream.Write(content));

    /// <summary>Writes it piece by piece, whole or not at all.</summary>
    /// <exception cref="ConfigurationException">It cannot be written.</exception>
    public void Write(Action<Stream> write) => TranslateErrors(() =>
    {
        AtomicFile.Write(target, write);
        return true;
    });

    /// <summary>Lets something write it that writes whole or not at all by itself; it is given the file's name.</summary>
    /// <exception cref="ConfigurationException">It cannot be written.</exception>
    public T Write<T>(Func<string, T> write) => TranslateErrors(() => write(target));

    /// <inheritdoc cref="Write{T}(Func{string, T})"/>
    public void WriteTo(Action<string> write) => Write(path =>
    {
        write(path);
        return path;
    });

    /// <summary>What a link stands for is written, not the link.</summary>
    private static string TargetOf(FileInfo file)
        => file.LinkTarget is null ? file.FullName : file.ResolveLinkTarget(returnFinalTarget: true)!.FullName;

    /// <summary>Renaming a file over a device or a pipe would replace it. Opened to read and write, a pipe does not wait.</summary>
    private static bool IsPlain(string file)
    {
        if (OperatingSystem.IsWindows())
        {
            return true;
        }

        using var stream = new FileStream(file, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        return stream.CanSeek && !file.StartsWith("/dev/", StringComparison.Ordinal);
    }

    /// <summary>Does something with the file; what the system refuses is told as an error of the option.</summary>
    /// <exception cref="ConfigurationException">It cannot be written.</exception>
    internal T TranslateErrors<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new ConfigurationException($"{option}: cannot write '{Path}': {error.Message}", error);
        }
    }
}

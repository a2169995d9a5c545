using SimClr.Internals;

namespace SimClr.Cli;

/// <summary>
/// A file named by the user. It is written completely or not at all, creates its folder, and never replaces anything
/// but a regular file.
/// </summary>
internal sealed class OutputFile
{
    private readonly string option;
    private readonly string target;

    /// <summary>Checks the name, so that a mistake is reported before any computation.</summary>
    /// <param name="option">The option that named the file, for messages.</param>
    /// <param name="path">The path as typed.</param>
    /// <param name="example">A valid file name, for messages.</param>
    /// <exception cref="ConfigurationException">
    /// The path is empty, a folder, a device or a pipe, or not accessible.
    /// </exception>
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
            throw new ConfigurationException(
                $"{option}: '{path}' is a device or a pipe, expected a file such as {example}");
        }
    }

    /// <summary>The path as typed.</summary>
    public string Path { get; }

    /// <summary>Returns a file next to this one.</summary>
    /// <param name="suffix">The suffix appended to the name.</param>
    /// <exception cref="ConfigurationException">
    /// The path is a folder, a device or a pipe, or not accessible.
    /// </exception>
    public OutputFile WithSuffix(string suffix)
        => new(option, Path + suffix, System.IO.Path.GetFileName(Path) + suffix);

    /// <summary>Writes the content, completely or not at all.</summary>
    /// <exception cref="ConfigurationException">The file cannot be written.</exception>
    public void Write(byte[] content) => Write(stream => stream.Write(content));

    /// <summary>Writes the content as a stream, completely or not at all.</summary>
    /// <exception cref="ConfigurationException">The file cannot be written.</exception>
    public void Write(Action<Stream> write) => TranslateErrors(() =>
    {
        AtomicFile.Write(target, write);
        return true;
    });

    /// <summary>Calls a writer that is itself atomic with the name of the file.</summary>
    /// <exception cref="ConfigurationException">The file cannot be written.</exception>
    public T Write<T>(Func<string, T> write) => TranslateErrors(() => write(target));

    /// <inheritdoc cref="Write{T}(Func{string, T})"/>
    public void WriteTo(Action<string> write) => Write(path =>
    {
        write(path);
        return path;
    });

    /// <summary>Returns the target of a link, which is written instead of the link.</summary>
    private static string TargetOf(FileInfo file)
        => file.LinkTarget is null ? file.FullName : file.ResolveLinkTarget(returnFinalTarget: true)!.FullName;

    /// <summary>
    /// Whether the file is a regular file; renaming over a device or a pipe would replace it. Opening for reading and
    /// writing does not block on a pipe.
    /// </summary>
    private static bool IsPlain(string file)
    {
        if (OperatingSystem.IsWindows())
        {
            return true;
        }

        using var stream = new FileStream(file, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        return stream.CanSeek && !file.StartsWith("/dev/", StringComparison.Ordinal);
    }

    /// <summary>Runs an action on the file and reports system errors as errors of the option.</summary>
    /// <exception cref="ConfigurationException">The file cannot be written.</exception>
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

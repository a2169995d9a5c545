using System.Text;

namespace SimClr.Internals;

/// <summary>
/// Opens files that a user names or owns. A named pipe without a writer would keep whoever opens it waiting for ever, and
/// some devices never end: what is no regular file is refused before it is opened. So may regular files that the system makes
/// up (<c>/proc/kmsg</c>), which all have the size 0: a file of that size is empty, and not read.
/// </summary>
[SharedSource]
internal static class RegularFile
{
    // Bytes of another encoding would all become the same sign, and two names one.
    private static readonly Encoding StrictUtf8 = Encoding.GetEncoding("utf-8", EncoderFallback.ReplacementFallback, new StrictUtf8Fallback());

    // Stands for a file of size 0, which on Linux alone may hold anything.
    private const string EmptyFile = "/dev/null";

    // What a shell makes of <(command), and a program's own input: they have a writer, and end.
    private static readonly string[] Inherited = ["/dev/fd/", "/dev/stdin", "/proc/self/fd/"];

    /// <summary>What a path leads to, links followed: "a named pipe", "a socket", "a device"; null for all else.</summary>
    public static string? SpecialKind(string path) => SpecialKind(FileStatus.Get(path));

    /// <summary>Opens a regular file to be read.</summary>
    /// <exception cref="IOException">It cannot be opened, or is none.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static FileStream OpenRead(string path)
        => File.OpenRead(IsEmpty(path) ? EmptyFile : path);

    /// <summary>A whole regular file.</summary>
    /// <inheritdoc cref="OpenRead"/>
    public static byte[] ReadAllBytes(string path)
        => IsEmpty(path) ? [] : File.ReadAllBytes(path);

    /// <summary>The lines of a text in UTF-8, read as they are asked for. Other bytes become signs in their place.</summary>
    /// <inheritdoc cref="OpenRead"/>
    public static IEnumerable<string> ReadLines(string path)
        => IsEmpty(path) ? [] : File.ReadLines(path);

    /// <summary>
    /// Opens a text in UTF-8 (or UTF-16 with its mark), which may also be the output of a command (<c>&lt;(command)</c> in a shell).
    /// </summary>
    /// <inheritdoc cref="OpenRead"/>
    public static StreamReader OpenText(string path)
    {
        bool isInherited = Inherited.Any(place => path.StartsWith(place, StringComparison.Ordinal))
            && FileStatus.Get(path)?.Kind == FileKind.Pipe;
        return new StreamReader(isInherited ? File.OpenRead(path) : OpenRead(path), StrictUtf8);
    }

    /// <summary>Refuses what is no regular file. A path where nothing is passes: whoever opens it says so.</summary>
    /// <exception cref="IOException">It is a named pipe, a socket or a device, or no file can have such a name.</exception>
    public static void Require(string path) => _ = IsEmpty(path);

    private static bool IsEmpty(string path)
    {
        if (path.Contains('\0'))
        {
            throw new IOException("its path holds a NUL character");
        }

        FileStatus? status = FileStatus.Get(path);
        return SpecialKind(status) is { } kind
            ? throw new IOException($"it is {kind}, not a file")
            : status is { Kind: FileKind.File, Size: 0 };
    }

    private static string? SpecialKind(FileStatus? status) => status?.Kind switch
    {
        FileKind.Pipe => "a named pipe",
        FileKind.Socket => "a socket",
        FileKind.CharacterDevice or FileKind.BlockDevice => "a device",
        _ => null,
    };

    private sealed class StrictUtf8Fallback : DecoderFallback
    {
        public override int MaxCharCount => 1;

        public override DecoderFallbackBuffer CreateFallbackBuffer() => new StrictUtf8FallbackBuffer();
    }

    private sealed class StrictUtf8FallbackBuffer : DecoderFallbackBuffer
    {
        public override int Remaining => 0;

        public override bool Fallback(byte[] bytesUnknown, int index)
            => throw new IOException($"it is not text in UTF-8 (it holds the byte 0x{bytesUnknown[0]:X2}); save it as UTF-8");

        public override char GetNextChar() => '\0';

        public override bool MovePrevious() => false;
    }
}

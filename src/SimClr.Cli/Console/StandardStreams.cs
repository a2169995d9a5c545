using System.Runtime.InteropServices;

namespace SimClr.Cli;

/// <summary>
/// Standard output and standard error as inherited by this process. If one was closed at startup (<c>2&gt;&amp;-</c>),
/// the next file to be opened takes its descriptor, and output for the user must not go to that file.
/// </summary>
internal static partial class StandardStreams
{
    private const int GetDescriptorFlags = 1;
    private const int CloseOnExec = 1;

    public static TextWriter Output { get; } = IsInherited(1) ? Console.Out : TextWriter.Null;

    public static TextWriter Error { get; } = IsInherited(2) ? Console.Error : TextWriter.Null;

    // An inherited descriptor is not marked close-on-exec; descriptors opened by the runtime always are.
    private static bool IsInherited(int descriptor)
        => OperatingSystem.IsWindows()
            || DescriptorFlags(descriptor, GetDescriptorFlags) is >= 0 and var flags && (flags & CloseOnExec) == 0;

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int DescriptorFlags(int descriptor, int command);
}

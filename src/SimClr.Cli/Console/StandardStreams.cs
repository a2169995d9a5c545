using System.Runtime.InteropServices;

namespace SimClr.Cli;

/// <summary>
/// Standard output and standard error as this process was given them. One that was closed at the start (<c>2&gt;&amp;-</c>)
/// has its number taken by the first file that is opened: what is meant for the user must not be written into that.
/// </summary>
internal static partial class StandardStreams
{
    private const int GetDescriptorFlags = 1;
    private const int CloseOnExec = 1;

    public static TextWriter Output { get; } = IsInherited(1) ? Console.Out : TextWriter.Null;

    public static TextWriter Error { get; } = IsInherited(2) ? Console.Error : TextWriter.Null;

    // What is inherited was not closed on exec; what the runtime opens always will be.
    private static bool IsInherited(int descriptor)
        => OperatingSystem.IsWindows() || DescriptorFlags(descriptor, GetDescriptorFlags) is >= 0 and var flags && (flags & CloseOnExec) == 0;

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int DescriptorFlags(int descriptor, int command);
}

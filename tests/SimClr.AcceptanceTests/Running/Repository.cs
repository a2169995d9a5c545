using System.Runtime.CompilerServices;

namespace SimClr.AcceptanceTests;

/// <summary>The sources that these tests were built from, and the outputs of the same build.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    /// <summary>Debug or Release, the configuration of this build.</summary>
    public static string Configuration { get; } =
        Path.GetFileName(Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory))!);

    public static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    /// <summary>The program of a sample.</summary>
    public static string Sample(string name) => PathOf("samples", name, "bin", Configuration, "net10.0", $"{name}.dll");

    private static string Find([CallerFilePath] string here = "")
        => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", ".."));
}

using System.Diagnostics;

/// <summary>
/// .NET runs this hook in a process that names this assembly in DOTNET_STARTUP_HOOKS, before its Main (.NET prescribes
/// the type's name and place). When the process ends, the hook writes the list of loaded libraries.
/// </summary>
#pragma warning disable CA1050, RCS1110 // outside of any namespace, as .NET asks
internal static class StartupHook
#pragma warning restore CA1050, RCS1110
{
    /// <summary>The environment variable that names the file to write.</summary>
    public const string FileVariable = "SIMCLR_TESTS_LOADED";

    public static void Initialize()
    {
        string file = Environment.GetEnvironmentVariable(FileVariable)!;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => File.WriteAllLines(file, [.. Assemblies(), .. Natives()]);
    }

    private static IEnumerable<string> Assemblies()
        => AppDomain.CurrentDomain.GetAssemblies().Select(assembly => assembly.GetName().Name!);

    private static IEnumerable<string> Natives()
    {
        using Process process = Process.GetCurrentProcess();
        return [.. process.Modules.Cast<ProcessModule>().Select(module => module.ModuleName)];
    }
}

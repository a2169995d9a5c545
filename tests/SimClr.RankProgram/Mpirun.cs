using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.Versioning;

namespace SimClr.RankProgram;

/// <summary>A job of several ranks on this machine, started by an MPI launcher.</summary>
[UnsupportedOSPlatform("windows")]
internal sealed class Mpirun : IDisposable
{
    // Only a job that would never end reaches this limit.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private readonly Process process;
    private readonly ConcurrentQueue<string> output = new();
    private readonly ConcurrentQueue<string> error = new();

    private Mpirun(ProcessStartInfo start)
    {
        process = Process.Start(start)!;
        process.OutputDataReceived += (_, line) => output.Enqueue(line.Data ?? "");
        process.ErrorDataReceived += (_, line) => error.Enqueue(line.Data ?? "");
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>The launchers that the tests support.</summary>
    public static IReadOnlyList<string> Launchers { get; } = ["mpirun.openmpi", "mpiexec.mpich"];

    public string Output => string.Join('\n', output);

    public string Error => string.Join('\n', error);

    /// <summary>The ranks' processes, which are children of the launcher, in no particular order; on Linux.</summary>
    public IReadOnlyList<int> RankProcesses =>
    [
        .. Directory.GetDirectories("/proc")
            .Select(Path.GetFileName)
            .Where(name => int.TryParse(name, out _))
            .Where(name => ParentOf(name!) == process.Id)
            .Select(name => int.Parse(name!, CultureInfo.InvariantCulture)),
    ];

    public bool HasExited => process.HasExited;

    /// <summary>The reason that jobs cannot be started here; null if they can.</summary>
    public static string? Missing(string launcher)
        => OperatingSystem.IsWindows() ? "no MPI on Windows"
            : Find(launcher) is null ? $"{launcher} was not found (Debian: apt install "
                + $"{(launcher.EndsWith("mpich", StringComparison.Ordinal) ? "mpich" : "openmpi-bin")})"
            : null;

    /// <summary>Starts this project's program.</summary>
    public static Mpirun StartProgram(string launcher, int ranks, params string[] arguments)
        => Start(launcher, ranks, Path.GetTempPath(), [Own(), .. arguments]);

    /// <summary>Starts a .NET program, one compute thread per rank.</summary>
    /// <param name="launcher">One of <see cref="Launchers"/>.</param>
    /// <param name="ranks">The number of processes.</param>
    /// <param name="directory">The working directory.</param>
    /// <param name="arguments">The program's file and its arguments.</param>
    public static Mpirun Start(string launcher, int ranks, string directory, params IEnumerable<string> arguments)
    {
        string count = ranks.ToString(CultureInfo.InvariantCulture);
        string[] options = launcher.EndsWith("mpich", StringComparison.Ordinal)
            ? ["-n", count]
            : ["-np", count, "--bind-to", "none", "--allow-run-as-root", "--oversubscribe"];
        var start = new ProcessStartInfo(Find(launcher)!, [.. options, "dotnet", .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = directory,
        };
        start.Environment["OMP_NUM_THREADS"] = "1";
        start.Environment["TERM"] = "dumb";
        return new Mpirun(start);
    }

    /// <summary>Returns once the condition holds or the job has ended.</summary>
    public void WaitUntil(Func<bool> condition)
    {
        long begin = Stopwatch.GetTimestamp();
        while (!process.HasExited && !condition())
        {
            if (Stopwatch.GetElapsedTime(begin) > Patience)
            {
                throw new TimeoutException($"nothing happened\n{Output}\n{Error}");
            }

            Thread.Sleep(20);
        }
    }

    /// <summary>Waits for the job to end.</summary>
    /// <returns>The launcher's exit code.</returns>
    public int Wait()
    {
        WaitUntil(() => false);
        process.WaitForExit();
        return process.ExitCode;
    }

    /// <summary>Sends a signal to a process.</summary>
    public static void Signal(string name, int processId)
    {
        using Process kill = Process.Start("kill", [$"-{name}", processId.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    public void Dispose()
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
        }

        process.Dispose();
    }

    // "pid (name) state parent …", where the name may contain any character.
    private static int ParentOf(string processId)
    {
        try
        {
            string status = File.ReadAllText($"/proc/{processId}/stat");
            return int.Parse(status[(status.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0;   // It has just ended.
        }
    }

    private static string? Find(string launcher)
        => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Select(folder => Path.Combine(folder, launcher)).FirstOrDefault(File.Exists);

    // In its build folder: the copy beside the tests lacks files that a program needs to start.
    private static string Own([CallerFilePath] string here = "")
        => Path.Combine(
            Path.GetDirectoryName(here)!,
            "bin",
            Path.GetFileName(Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory))!),
            "net10.0",
            "SimClr.RankProgram.dll");
}

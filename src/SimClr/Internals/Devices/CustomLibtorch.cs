using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp;

namespace SimClr.Internals;

/// <summary>
/// The libtorch that the user selects with <see cref="Variable"/>, such as that of an installed PyTorch, in place of
/// the program's own. TorchSharp's native library requests its dependencies by short names, and the loader holds only
/// one library per name: the first one loaded is the one it uses.
/// </summary>
internal static unsafe partial class CustomLibtorch
{
    public const string Variable = "SIMCLR_LIBTORCH";

    /// <summary>
    /// The version that TorchSharp is built for; other versions of libtorch lack some of its functions.
    /// </summary>
    public const string Release = "2.10";

    private const int Lazy = 1;
    private const int Now = 2;
    private const int OnlyIfLoaded = 4;
    private const int Global = 0x100;
    private const string Processor = "libtorch_cpu.so";
    private const string Graphics = "libtorch_cuda.so";
    private const string Bindings = "libLibTorchSharp.so";

    // In order of dependency. The first exports the symbols of the CPU math libraries globally, as PyTorch does; only
    // builds for CUDA have those with CUDA in their names.
    private static readonly (string Name, bool Needed, int Flags)[] Libraries =
    [
        ("libtorch_global_deps.so", false, Lazy | Global),
        ("libc10.so", true, Lazy),
        (Processor, true, Lazy),
        ("libc10_cuda.so", false, Lazy),
        (Graphics, false, Lazy),
        ("libtorch.so", true, Lazy),
    ];

    private static string? lastError;

    /// <summary>The folder of the libraries; null if none was selected.</summary>
    public static string? Folder { get; private set; }

    /// <summary>The reason why the selected libtorch cannot be used; null if it can, or if none was selected.</summary>
    public static ConfigurationException? Failure { get; private set; }

    /// <summary>
    /// Loads the libraries as soon as this assembly is used, before anything else can load other ones.
    /// </summary>
    [ModuleInitializer]
    [SuppressMessage(
        "Usage", "CA2255", Justification = "Nothing else runs before libtorch is loaded in every program.")]
    internal static void Load()
    {
        OpenMp.WaitBriefly();   // libtorch loads OpenMP, which reads its settings at that point.
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } named)
        {
            return;
        }

        // An exception thrown here would surface as a type initialization error of .NET.
        try
        {
            Folder = Find(named);
            RejectOther(named, Folder);
            LoadAll(Folder);
            NativeLibrary.SetDllImportResolver(
                typeof(CustomLibtorch).Assembly, (name, _, _) => TryOpen(name, out nint library) ? library : 0);
        }
        catch (ConfigurationException error)
        {
            Failure = error;
        }
    }

    /// <summary>Opens a library of the libtorch in use.</summary>
    /// <param name="name">The name without the system's prefix and extension, such as <c>torch_cpu</c>.</param>
    /// <param name="library">The handle of the library.</param>
    public static bool TryOpen(string name, out nint library)
    {
        library = 0;
        string file = OperatingSystem.IsLinux() ? $"lib{name}.so" : name;
        return Folder is null
            ? NativeLibrary.TryLoad(file, typeof(torch).Assembly, null, out library)
            : File.Exists(Path.Combine(Folder, file)) && NativeLibrary.TryLoad(Path.Combine(Folder, file), out library);
    }

    /// <summary>
    /// Returns advice if TorchSharp found no libtorch; null for an error with another cause.
    /// </summary>
    public static string? Explain(Exception error)
        => error is TypeInitializationException { TypeName: "TorchSharp.torch" }
            or NotSupportedException { Source: "TorchSharp" }
            ? $"this program has no libtorch that can be loaded; set {Variable} to the folder of a PyTorch or libtorch "
                + $"{Release}, or build with -p:TorchBackend=cpu or cuda"
            : null;

    /// <summary>
    /// Returns the folder with the libraries: the given one, <c>lib</c> within it, or <c>torch/lib</c> within it.
    /// </summary>
    /// <exception cref="ConfigurationException">There are no libraries in these folders.</exception>
    internal static string Find(string named)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new ConfigurationException(
                $"{Variable} is '{named}', but works only on Linux. On other systems, build with the "
                + "libtorch you want (TorchBackend)");
        }

        string[] places = [named, Path.Combine(named, "lib"), Path.Combine(named, "torch", "lib")];
        return places.FirstOrDefault(place => File.Exists(Path.Combine(place, Processor))) is { } found
            ? Path.GetFullPath(found)
            : throw new ConfigurationException(
                $"{Variable} is '{named}', where there is no {Processor}; expected the folder of a libtorch or PyTorch "
                + $"{Release}, such as the one that python -c \"import torch; print(torch.__path__[0])\" prints");
    }

    /// <summary>Checks the version recorded in the folder before any of its libraries are loaded.</summary>
    /// <exception cref="ConfigurationException">The version is not <see cref="Release"/>.</exception>
    internal static void RejectOther(string named, string libraries)
    {
        if (VersionOf(libraries) is { } version && version != Release
            && !version.StartsWith(Release + ".", StringComparison.Ordinal))
        {
            throw new ConfigurationException(
                $"{Variable} is '{named}', which is version {version}; expected {Release}, for which TorchSharp "
                    + $"{Bound} is built. Install one beside it, such as: "
                    + $"python -m venv torch210 && torch210/bin/pip install torch=={Release}.0");
        }
    }

    private static string Bound => typeof(torch).Assembly.GetName().Version!.ToString(3);

    // PyTorch has version.py next to lib; libtorch has build-version.
    private static string? VersionOf(string libraries)
    {
        foreach (string place in new[] { libraries, Path.GetDirectoryName(libraries) ?? libraries })
        {
            string python = Path.Combine(place, "version.py");
            string build = Path.Combine(place, "build-version");
            string? version = File.Exists(python)
                ? File.ReadLines(python).FirstOrDefault(
                    line => line.StartsWith("__version__", StringComparison.Ordinal))
                    ?.Split('\'', '"').ElementAtOrDefault(1)
                : File.Exists(build) ? File.ReadLines(build).FirstOrDefault()?.Trim() : null;
            if (version is { Length: > 0 })
            {
                return version;
            }
        }

        return null;
    }

    private static void LoadAll(string libraries)
    {
        if (Beside(Graphics) is { } another && !File.Exists(Path.Combine(libraries, Graphics)))
        {
            throw new ConfigurationException(
                $"{Variable} names a CPU-only libtorch in {libraries}, but this program includes one with CUDA "
                + $"({another}), and the two cannot be combined; unset it");
        }

        var loaded = new Dictionary<string, nint>();
        foreach ((string name, bool needed, int flags) in Libraries)
        {
            string path = Path.Combine(libraries, name);
            if (needed || File.Exists(path))
            {
                loaded[name] = Open(path, flags) is not 0 and var library ? library
                    : throw new ConfigurationException($"{Variable}: {path} cannot be loaded: {lastError}");
            }
        }

        // Resolves all symbols at once: a missing one would otherwise end the process when first called.
        if (Beside(Bindings) is { } bindings && Open(bindings, Now) == 0)
        {
            throw new ConfigurationException(
                $"{Variable}: TorchSharp {Bound} cannot be loaded with the libtorch in {libraries}; expected version "
                + $"{Release} of it: {lastError}");
        }

        StartTorchSharp(loaded);
    }

    /// <summary>
    /// TorchSharp opens libtorch once for each kind of device and tries the program's own first, by its path. The
    /// loader would take that for a different library and load it in addition to the selected one, which ends the
    /// process. Therefore, while TorchSharp starts, the selected libraries have the paths of the program's own: the
    /// loader compares names before it looks at files.
    /// </summary>
    private static void StartTorchSharp(Dictionary<string, nint> loaded)
    {
        var renamed = new List<(nint Library, nint Before, nint Path)>();
        try
        {
            foreach ((string name, nint library) in loaded)
            {
                if (Beside(name) is { } own)
                {
                    nint path = Marshal.StringToCoTaskMemUTF8(own);
                    renamed.Add((library, ((LinkMap*)library)->Name, path));
                    ((LinkMap*)library)->Name = path;
                    if (Open(own, Lazy | OnlyIfLoaded) != library)
                    {
                        throw new ConfigurationException(
                            $"{Variable}: this system's loader cannot skip the libtorch that the program includes "
                            + $"({own}); build it with -p:TorchBackend=none");
                    }
                }
            }

            // TorchSharp's class does not record what its own initializers loaded; initializing again makes it record
            // both.
            torch.InitializeDeviceType(DeviceType.CPU);
            _ = torch.TryInitializeDeviceType(DeviceType.CUDA);
        }
        catch (Exception error) when (error is TypeInitializationException or NotSupportedException)
        {
            throw new ConfigurationException(
                $"{Variable}: TorchSharp {Bound} does not start: {(error.InnerException ?? error).Message}", error);
        }
        finally
        {
            foreach ((nint library, nint before, nint path) in renamed)
            {
                ((LinkMap*)library)->Name = before;
                Marshal.FreeCoTaskMem(path);
            }
        }
    }

    /// <summary>The path of a native library shipped with the program; null if there is none of that name.</summary>
    private static string? Beside(string name)
    {
        string known = (string?)AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") ?? "";
        return known.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Append(AppContext.BaseDirectory)
            .Append(Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native"))
            .Select(directory => Path.Combine(directory, name))
            .FirstOrDefault(File.Exists);
    }

    private static nint Open(string path, int flags)
    {
        // The error function is bound beforehand and called at once, because .NET's own calls to the loader overwrite
        // the error.
        byte* text = ErrorText();
        nint library = Load(path, flags);
        text = library == 0 ? ErrorText() : null;
        lastError = Marshal.PtrToStringUTF8((nint)text);
        return library;
    }

    /// <summary>
    /// The beginning of the loader's record of a library (struct link_map of link.h); dlopen returns its address.
    /// </summary>
    [StructLayout(LayoutKind.Explicit)]
    private struct LinkMap
    {
        [FieldOffset(8)]
        public nint Name;   // after l_addr
    }

    [LibraryImport("libc", EntryPoint = "dlopen", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint Load(string path, int flags);

    [LibraryImport("libc", EntryPoint = "dlerror")]
    private static partial byte* ErrorText();
}

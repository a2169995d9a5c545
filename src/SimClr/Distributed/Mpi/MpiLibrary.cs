using System.Runtime.InteropServices;
using System.Text;

namespace SimClr.Distributed;

/// <summary>The system's MPI library, with its binary interface and functions. Loading it does not start MPI.</summary>
internal sealed unsafe partial class MpiLibrary
{
    /// <summary>
    /// The environment variable with the library to load: a path, or a name that the system's loader finds.
    /// </summary>
    public const string Variable = "SIMCLR_MPI_LIBRARY";

    private const string StandardName = "mpi_abi";
    private const int MaxTextBytes = 8192;

    private static readonly string[] OpenMpiNames = OperatingSystem.IsMacOS() ? ["libmpi.40.dylib"] : ["libmpi.so.40"];
    private static readonly string[] MpichNames = OperatingSystem.IsMacOS()
        ? ["libmpich.12.dylib", "libmpi.12.dylib"]
        : ["libmpich.so.12", "libmpi.so.12", "libmpi_cray.so.12"];
    private static readonly string[] StandardNames = OperatingSystem.IsMacOS()
        ? ["libmpi_abi.0.dylib"]
        : ["libmpi_abi.so.0"];

    private readonly nint library;
    private readonly delegate* unmanaged<int, byte*, int*, int> errorString;

    private MpiLibrary(nint library, string name)
    {
        this.library = library;
        Name = name;
        Version = Text((delegate* unmanaged<byte*, int*, int>)Function("MPI_Get_library_version"));
        Abi = Recognize();
        errorString = (delegate* unmanaged<int, byte*, int*, int>)Function("MPI_Error_string");
        InitThread = (delegate* unmanaged<nint, nint, int, int*, int>)Function("MPI_Init_thread");
        Finish = (delegate* unmanaged<int>)Function("MPI_Finalize");
        Abort = (delegate* unmanaged<nint, int, int>)Function("MPI_Abort");
        RankOf = (delegate* unmanaged<nint, int*, int>)Function("MPI_Comm_rank");
        SizeOf = (delegate* unmanaged<nint, int*, int>)Function("MPI_Comm_size");
        Duplicate = (delegate* unmanaged<nint, nint*, int>)Function("MPI_Comm_dup");
        SetErrorHandler = (delegate* unmanaged<nint, nint, int>)Function("MPI_Comm_set_errhandler");
        AllReduce = (delegate* unmanaged<nint, nint, int, nint, nint, nint, int>)Function("MPI_Allreduce");
        AllGather = (delegate* unmanaged<nint, int, nint, nint, int, nint, nint, int>)Function("MPI_Allgather");
        Broadcast = (delegate* unmanaged<nint, int, nint, int, nint, int>)Function("MPI_Bcast");
        Barrier = (delegate* unmanaged<nint, int>)Function("MPI_Barrier");
    }

    /// <summary>The name or path of the loaded library.</summary>
    public string Name { get; }

    /// <summary>The version text that the library reports.</summary>
    public string Version { get; }

    /// <summary>The beginning of the version text: the vendor and version number.</summary>
    public string Release => string.Join(
        ' ', Version.Split('\n')[0].Split(',')[0].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    /// <summary>The binary interface of the library.</summary>
    public MpiAbi Abi { get; }

    /// <summary>MPI_Init_thread(argc, argv, required, provided).</summary>
    public delegate* unmanaged<nint, nint, int, int*, int> InitThread { get; }

    /// <summary>MPI_Finalize().</summary>
    public delegate* unmanaged<int> Finish { get; }

    /// <summary>MPI_Abort(communicator, exit code).</summary>
    public delegate* unmanaged<nint, int, int> Abort { get; }

    /// <summary>MPI_Comm_rank(communicator, rank).</summary>
    public delegate* unmanaged<nint, int*, int> RankOf { get; }

    /// <summary>MPI_Comm_size(communicator, size).</summary>
    public delegate* unmanaged<nint, int*, int> SizeOf { get; }

    /// <summary>MPI_Comm_dup(communicator, copy).</summary>
    public delegate* unmanaged<nint, nint*, int> Duplicate { get; }

    /// <summary>MPI_Comm_set_errhandler(communicator, handler).</summary>
    public delegate* unmanaged<nint, nint, int> SetErrorHandler { get; }

    /// <summary>MPI_Allreduce(send, receive, count, type, operation, communicator).</summary>
    public delegate* unmanaged<nint, nint, int, nint, nint, nint, int> AllReduce { get; }

    /// <summary>MPI_Allgather(send, count, type, receive, count, type, communicator).</summary>
    public delegate* unmanaged<nint, int, nint, nint, int, nint, nint, int> AllGather { get; }

    /// <summary>MPI_Bcast(values, count, type, root, communicator).</summary>
    public delegate* unmanaged<nint, int, nint, int, nint, int> Broadcast { get; }

    /// <summary>MPI_Barrier(communicator).</summary>
    public delegate* unmanaged<nint, int> Barrier { get; }

    /// <summary>
    /// Loads the library that <see cref="Variable"/> names, otherwise the launcher's, otherwise any that the system
    /// has.
    /// </summary>
    /// <param name="launcher">The launcher of this process, or null.</param>
    /// <returns>The library, or null if none was found and <see cref="Variable"/> is not set.</returns>
    /// <exception cref="CommunicationException">
    /// The library that <see cref="Variable"/> names cannot be loaded, or the library found is not a known MPI library.
    /// </exception>
    public static MpiLibrary? Find(Launcher? launcher)
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named)
        {
            return Open(named) ?? throw new CommunicationException(
                $"{Variable} is '{named}', which cannot be loaded as a library; "
                    + "expected the path or name of an MPI library, such as libmpi.so.40");
        }

        return Names(launcher).Select(Open).FirstOrDefault(found => found is not null);
    }

    /// <summary>Returns the names to try, in order.</summary>
    public static IReadOnlyList<string> Names(Launcher? launcher) => launcher?.Kind == LauncherKind.Pmi
        ? [.. MpichNames, .. StandardNames, .. OpenMpiNames]
        : [.. OpenMpiNames, .. MpichNames, .. StandardNames];

    /// <summary>Returns the library's description of an error code.</summary>
    public string Describe(int code)
    {
        byte* text = stackalloc byte[MaxTextBytes];
        int length = 0;
        return errorString(code, text, &length) == 0 ? Encoding.UTF8.GetString(text, length) : $"error {code}";
    }

    private static MpiLibrary? Open(string name)
    {
        // RTLD_GLOBAL: Open MPI's plugins look up its symbols in the whole process.
        const int Now = 2;
        using var kept = new SignalHandlers();
        int global = OperatingSystem.IsMacOS() ? 0x8 : 0x100;
        nint loaded = OperatingSystem.IsWindows() ? 0 : LoadLibrary(name, Now | global);
        return loaded == 0 ? null : new MpiLibrary(loaded, name);
    }

    private static string Text(delegate* unmanaged<byte*, int*, int> ask)
    {
        byte* text = stackalloc byte[MaxTextBytes];
        int length = 0;
        return ask(text, &length) == 0 ? Encoding.UTF8.GetString(text, length).Trim('\0', '\n', ' ') : "";
    }

    [LibraryImport("libc", EntryPoint = "dlopen", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint LoadLibrary(string name, int flags);

    // The file name comes first: a library with the standard interface may also export its vendor's symbols.
    private MpiAbi Recognize()
    {
        string file = File.Exists(Name)
            ? new FileInfo(Name).ResolveLinkTarget(returnFinalTarget: true)?.Name ?? Name
            : Name;
        return Path.GetFileName(file).Contains(StandardName, StringComparison.Ordinal)
            || Path.GetFileName(Name).Contains(StandardName, StringComparison.Ordinal) ? MpiAbi.Standard
            : NativeLibrary.TryGetExport(library, "ompi_mpi_comm_world", out _) ? MpiAbi.OpenMpi(Function)
            : MpichFamily().Any(maker => Version.Contains(maker, StringComparison.OrdinalIgnoreCase)) ? MpiAbi.Mpich
            : throw new CommunicationException(
                $"{Name} is '{Release}', expected Open MPI, MPICH (or one with its interface) or a library of the MPI "
                    + $"5 standard interface (libmpi_abi); set the path or name of one in {Variable}");
    }

    private static string[] MpichFamily() => ["MPICH", "Intel", "MVAPICH", "Cray"];

    private nint Function(string name) => NativeLibrary.TryGetExport(library, name, out nint address)
        ? address
        : throw new CommunicationException(
            $"{Name} has no {name}, expected an MPI library; set the path or name of one in {Variable}");
}

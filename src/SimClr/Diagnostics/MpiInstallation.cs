using SimClr.Distributed;

namespace SimClr.Diagnostics;

/// <summary>The system's MPI library, which runs of several processes communicate by.</summary>
/// <param name="Library">The name or path under which it is loaded.</param>
/// <param name="Release">Maker and version.</param>
/// <param name="Interface">Its binary interface: Open MPI, MPICH or MPI 5 standard.</param>
public sealed record MpiInstallation(string Library, string Release, string Interface)
{
    /// <summary>
    /// Finds the library that SIMCLR_MPI_LIBRARY names, else the system's. It is loaded, and not started.
    /// </summary>
    /// <returns>Null where there is none and none is named.</returns>
    /// <exception cref="CommunicationException">The named library cannot be loaded, or has another
    /// interface.</exception>
    public static MpiInstallation? Find()
        => MpiLibrary.Find(null) is { } library
            ? new MpiInstallation(library.Name, library.Release, library.Abi.Name)
            : null;
}

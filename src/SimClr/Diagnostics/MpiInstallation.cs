using SimClr.Distributed;

namespace SimClr.Diagnostics;

/// <summary>The system's MPI library, which connects the processes of a run.</summary>
/// <param name="Library">The name or path that the library is loaded by.</param>
/// <param name="Release">The vendor and version.</param>
/// <param name="Interface">The binary interface: Open MPI, MPICH or MPI 5 standard.</param>
public sealed record MpiInstallation(string Library, string Release, string Interface)
{
    /// <summary>
    /// Finds the library named by SIMCLR_MPI_LIBRARY, or else the system's. The library is loaded but not initialized.
    /// </summary>
    /// <returns>The library; null if there is none and none is named.</returns>
    /// <exception cref="CommunicationException">
    /// The named library cannot be loaded, or has an unknown interface.
    /// </exception>
    public static MpiInstallation? Find()
        => MpiLibrary.Find(null) is { } library
            ? new MpiInstallation(library.Name, library.Release, library.Abi.Name)
            : null;
}

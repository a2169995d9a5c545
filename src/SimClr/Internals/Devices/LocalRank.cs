using System.Globalization;

namespace SimClr.Internals;

/// <summary>The number of this process among those that a launcher started on the same host.</summary>
internal static class LocalRank
{
    // A launcher's own variables before Slurm's, which an mpirun within a Slurm job passes on.
    private static readonly string[] Variables =
    [
        "OMPI_COMM_WORLD_LOCAL_RANK",   // Open MPI
        "MV2_COMM_WORLD_LOCAL_RANK",    // MVAPICH
        "MPI_LOCALRANKID",              // Hydra: MPICH, Intel MPI
        "PMI_LOCAL_RANK",               // Cray, ParaStation
        "PALS_LOCAL_RANKID",            // Cray's mpiexec
        "SLURM_LOCALID",                // srun
    ];

    /// <summary>The number, from 0; 0 if no launcher sets it.</summary>
    /// <param name="variable">The value of an environment variable, null if it is not set.</param>
    public static int Find(Func<string, string?> variable) => Variables
        .Select(name => Number(variable(name)))
        .FirstOrDefault(rank => rank is not null) ?? 0;

    private static int? Number(string? text)
        => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int rank) ? rank : null;
}

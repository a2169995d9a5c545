using System.Globalization;

namespace SimClr.Distributed;

/// <summary>The launcher of this process, according to environment variables. Nothing is loaded.</summary>
/// <param name="Kind">The kind of launcher, which determines the MPI library it expects.</param>
/// <param name="Rank">The rank of this process: 0 ≤ rank &lt; <paramref name="Size"/>.</param>
/// <param name="Size">The number of processes started together.</param>
internal sealed record Launcher(LauncherKind Kind, int Rank, int Size)
{
    /// <summary>Returns the launcher of this process, or null if there is none.</summary>
    public static Launcher? Find() => Find(Environment.GetEnvironmentVariable);

    /// <summary>Returns the launcher that the given environment describes, or null if there is none.</summary>
    /// <param name="variable">Returns the value of an environment variable, or null if it is not set.</param>
    public static Launcher? Find(Func<string, string?> variable)
        => TryCreate(LauncherKind.OpenMpi, "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", variable)

            // Hydra (MPICH, Intel MPI, MVAPICH), and srun with --mpi=pmi2.
            ?? TryCreate(LauncherKind.Pmi, "PMI_RANK", "PMI_SIZE", variable)

            // srun --mpi=pmix: PMIx sets no size, Slurm does.
            ?? TryCreate(LauncherKind.Pmix, "PMIX_RANK", "SLURM_STEP_NUM_TASKS", variable)
            ?? TryCreate(LauncherKind.Unconnected, "SLURM_PROCID", "SLURM_STEP_NUM_TASKS", variable) switch
            {
                { Size: > 1 } step when variable("SLURM_STEP_ID") is not null => step,
                _ => null,
            };

    private static Launcher? TryCreate(LauncherKind kind, string rank, string size, Func<string, string?> variable)
        => Number(variable(rank)) is { } number && Number(variable(size)) is { } count && number < count
            ? new Launcher(kind, number, count)
            : null;

    private static int? Number(string? text)
        => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
}

/// <summary>The kinds of launchers.</summary>
internal enum LauncherKind
{
    /// <summary>Open MPI's mpirun.</summary>
    OpenMpi,

    /// <summary>A launcher that uses PMI: MPICH's or Intel MPI's mpiexec, or srun --mpi=pmi2.</summary>
    Pmi,

    /// <summary>A launcher that uses only PMIx: srun --mpi=pmix.</summary>
    Pmix,

    /// <summary>srun without --mpi: the processes cannot find each other.</summary>
    Unconnected,
}

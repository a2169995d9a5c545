using System.Globalization;

namespace SimClr.Distributed;

/// <summary>What the environment says about who started this process: nothing is loaded to find out.</summary>
/// <param name="Kind">Whose library the launcher expects.</param>
/// <param name="Rank">This process, 0 ≤ rank &lt; <paramref name="Size"/>.</param>
/// <param name="Size">Processes that were started together.</param>
internal sealed record Launcher(LauncherKind Kind, int Rank, int Size)
{
    /// <summary>The launcher of this process; null if none started it.</summary>
    public static Launcher? Find() => Find(Environment.GetEnvironmentVariable);

    /// <summary>The same, with another environment.</summary>
    /// <param name="variable">The value of an environment variable, null if it is not set.</param>
    public static Launcher? Find(Func<string, string?> variable)
        => TryCreate(LauncherKind.OpenMpi, "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", variable)

            // Hydra (MPICH, Intel MPI, MVAPICH), and srun with --mpi=pmi2.
            ?? TryCreate(LauncherKind.Pmi, "PMI_RANK", "PMI_SIZE", variable)

            // srun --mpi=pmix: the size is Slurm's to tell.
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

namespace SimClr.Distributed;

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

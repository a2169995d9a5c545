namespace SimClr.Distributed;

/// <summary>Who starts processes together.</summary>
internal enum LauncherKind
{
    /// <summary>Open MPI's mpirun.</summary>
    OpenMpi,

    /// <summary>A launcher that speaks PMI: MPICH's mpiexec, Intel's, srun --mpi=pmi2.</summary>
    Pmi,

    /// <summary>A launcher that speaks PMIx alone: srun --mpi=pmix.</summary>
    Pmix,

    /// <summary>srun without --mpi: the processes could not find each other.</summary>
    Unconnected,
}

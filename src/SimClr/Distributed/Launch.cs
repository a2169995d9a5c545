namespace SimClr.Distributed;

/// <summary>How this process was started: alone, or as one of many by mpirun, mpiexec or srun.</summary>
public static class Launch
{
    /// <summary>Whether a launcher started this process together with others. Looks at the environment only.</summary>
    public static bool IsDistributed => Launcher.Find() is { Size: > 1 };

    /// <summary>The rank that the launcher gave to this process; 0 without one. Looks at the environment only.</summary>
    public static int Rank => Launcher.Find()?.Rank ?? 0;

    /// <summary>
    /// Connects this process with the others of its run, by MPI. Without a launcher that is the
    /// <see cref="SingleProcess"/>, and nothing is loaded. To be called once, and by every rank; the result is to be
    /// disposed of by every rank, or the run ended by <see cref="ICommunicator.Abort"/>.
    /// </summary>
    /// <param name="options">How patient to be.</param>
    /// <exception cref="CommunicationException">MPI was not found, or does not start.</exception>
    /// <exception cref="ConfigurationException">srun started processes that cannot find each other.</exception>
    public static ICommunicator Connect(CommunicationOptions? options = null)
    {
        if (Launcher.Find() is not { Size: > 1 } launcher)
        {
            return SingleProcess.Instance;
        }

        if (launcher.Kind == LauncherKind.Unconnected)
        {
            throw new ConfigurationException(
                $"srun started {launcher.Size} processes that cannot find each other; start them with SLURM_MPI_TYPE=pmix (Open MPI) or SLURM_MPI_TYPE=pmi2 (MPICH), or with mpirun");
        }

        MpiLibrary library = MpiLibrary.Find(launcher) ?? throw new CommunicationException(
            $"a launcher started {launcher.Size} processes, but no MPI library was found (tried {string.Join(", ", MpiLibrary.Names(launcher))}); "
            + $"install the launcher's library, such as Debian's libopenmpi3, or name it by {MpiLibrary.Variable}");
        options ??= new CommunicationOptions();
        var mpi = Mpi.Start(library, launcher, options);
        if (!options.Nccl)
        {
            return mpi;
        }

        var nccl = new Nccl(mpi, NcclLibrary.Load);
        mpi.Watch(nccl.Watched);
        return nccl;
    }
}

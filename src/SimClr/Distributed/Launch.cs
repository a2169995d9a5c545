namespace SimClr.Distributed;

/// <summary>The way this process was started: alone, or as one of several by mpirun, mpiexec or srun.</summary>
public static class Launch
{
    /// <summary>Whether a launcher started this process together with others. Only the environment is read.</summary>
    public static bool IsDistributed => Launcher.Find() is { Size: > 1 };

    /// <summary>The rank assigned by the launcher; 0 without a launcher. Only the environment is read.</summary>
    public static int Rank => Launcher.Find()?.Rank ?? 0;

    /// <summary>
    /// Connects this process to the others of its run by MPI. Without a launcher, returns <see cref="SingleProcess"/>
    /// and loads nothing. Every rank calls this once, and either disposes of the result or ends the run with
    /// <see cref="ICommunicator.Abort"/>.
    /// </summary>
    /// <param name="options">The options of the communication, or null for the defaults.</param>
    /// <exception cref="CommunicationException">MPI was not found or does not start.</exception>
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
                $"srun started {launcher.Size} processes that cannot find each other; "
                    + "start them with SLURM_MPI_TYPE=pmix (Open MPI) or SLURM_MPI_TYPE=pmi2 (MPICH), or with mpirun");
        }

        MpiLibrary library = MpiLibrary.Find(launcher) ?? throw new CommunicationException(
            $"a launcher started {launcher.Size} processes, but no MPI library was found (tried "
                + $"{string.Join(", ", MpiLibrary.Names(launcher))}); install the launcher's library, such as Debian's "
                + $"libopenmpi3, or set its path or name in {MpiLibrary.Variable}");
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

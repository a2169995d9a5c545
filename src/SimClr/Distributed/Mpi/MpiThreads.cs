namespace SimClr.Distributed;

/// <summary>The threads that may call MPI, according to the thread level that it grants (MPI_Init_thread).</summary>
/// <param name="Abi">The interface, which defines the values of the levels.</param>
/// <param name="Library">The library's name and version, for error messages.</param>
/// <param name="Granted">The granted level.</param>
/// <param name="Starter">The managed thread that started MPI.</param>
internal sealed record MpiThreads(MpiAbi Abi, string Library, int Granted, int Starter)
{
    /// <summary>Whether sums may run in the background.</summary>
    public bool MayOverlap => Granted >= Abi.ThreadMultiple;

    /// <summary>Rejects a foreground call from a thread that may not make it.</summary>
    /// <param name="caller">The managed thread of the caller.</param>
    /// <exception cref="CommunicationException">
    /// Only the thread that started MPI may call it, and the caller is a different thread.
    /// </exception>
    public void Check(int caller)
    {
        if (Granted < Abi.ThreadSerialized && caller != Starter)
        {
            throw new CommunicationException(
                $"{Library} accepts calls only from the thread that started it (thread level {Granted}, expected "
                + $"{Abi.ThreadSerialized}, MPI_THREAD_SERIALIZED, or more), but on a GPU, batch norm sums "
                + "over the ranks on the thread of the backward pass. Use an MPI built with thread support "
                + $"(set {MpiLibrary.Variable} to its library), or batch.norm=rank");
        }
    }
}

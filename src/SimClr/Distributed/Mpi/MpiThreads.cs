namespace SimClr.Distributed;

/// <summary>Which threads may call MPI, by the level that it grants (MPI_Init_thread).</summary>
/// <param name="Abi">The numbers of the levels.</param>
/// <param name="Library">What to name in an error.</param>
/// <param name="Granted">The level.</param>
/// <param name="Starter">The managed thread that started MPI.</param>
internal sealed record MpiThreads(MpiAbi Abi, string Library, int Granted, int Starter)
{
    /// <summary>Whether sums may go on in the background.</summary>
    public bool MayOverlap => Granted >= Abi.ThreadMultiple;

    /// <summary>Refuses a call of the foreground from a thread that may not make it.</summary>
    /// <param name="caller">The managed thread.</param>
    /// <exception cref="CommunicationException">Only the thread that started MPI may call it.</exception>
    public void Check(int caller)
    {
        if (Granted < Abi.ThreadSerialized && caller != Starter)
        {
            throw new CommunicationException(
                $"{Library} lets only the thread that started it communicate (thread level {Granted}, expected "
                + $"{Abi.ThreadSerialized}, MPI_THREAD_SERIALIZED, or more), and on a graphics processor batch norm sums "
                + "over the ranks on the thread of the backward pass. Use an MPI that was built with support for threads "
                + $"({MpiLibrary.Variable} names one), or batch.norm=rank");
        }
    }
}

using System.Runtime.ExceptionServices;
using SimClr.Distributed;

namespace SimClr.Tests.Distributed;

/// <summary>
/// Runs the ranks of a job as threads of this process, with communicators that check what MPI does not: that all ranks
/// make the same calls, in the same order, with the same shapes and types.
/// </summary>
internal static class ThreadRanks
{
    /// <summary>
    /// Calls the function once for each rank, each on a separate thread, and returns when all are done.
    /// </summary>
    /// <param name="size">The number of ranks.</param>
    /// <param name="rank">The work of one rank. If it throws, communication of the other ranks fails, and the first
    /// error is rethrown here.</param>
    /// <returns>The results of the ranks, in rank order.</returns>
    public static T[] Run<T>(int size, Func<ICommunicator, T> rank)
    {
        var results = new T[size];
        using var meetings = new ThreadMeetings(size);
        Thread[] threads = [.. Enumerable.Range(0, size).Select(number => new Thread(() =>
        {
            try
            {
                using var communicator = new ThreadRank(number, meetings);
                results[number] = rank(communicator);
            }
            catch (Exception error)
            {
                meetings.Break(error);
            }
        })
        { Name = $"rank {number}" })];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        if (meetings.Error is { } first)
        {
            ExceptionDispatchInfo.Throw(first);
        }

        return results;
    }

    /// <summary>The overload for ranks that return nothing.</summary>
    public static void Run(int size, Action<ICommunicator> rank) => Run(size, communicator =>
    {
        rank(communicator);
        return 0;
    });
}

using System.Runtime.ExceptionServices;
using SimClr.Distributed;

namespace SimClr.Tests.Distributed;

/// <summary>
/// Runs the ranks of a job as threads of this process, with communicators that check what MPI leaves unchecked: that all
/// ranks make the same calls, in the same order, with the same shapes and types.
/// </summary>
internal static class ThreadRanks
{
    /// <summary>Calls the function once for each rank, each on a thread of its own, and returns when all are done.</summary>
    /// <param name="size">Ranks.</param>
    /// <param name="rank">What one rank does. If it throws, the others' communication fails, and the first error is thrown here.</param>
    /// <returns>What the ranks returned, in their order.</returns>
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

    /// <summary>The same, for ranks that return nothing.</summary>
    public static void Run(int size, Action<ICommunicator> rank) => Run(size, communicator =>
    {
        rank(communicator);
        return 0;
    });
}

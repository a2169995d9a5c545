using Microsoft.Extensions.Logging;

namespace SimClr.Distributed;

/// <summary>
/// A thread that sends heartbeats and ends the run if a call does not return. It does not use MPI, which may hang.
/// </summary>
internal sealed class Watchdog : IDisposable
{
    private const int ExitCode = 1;

    private static readonly TimeSpan MaxInterval = TimeSpan.FromSeconds(1);

    private readonly ICommunicator communicator;
    private readonly Heartbeats heartbeats;
    private readonly ILogger logger;
    private readonly TimeSpan timeout;
    private readonly TimeSpan interval;
    private readonly Thread thread;
    private readonly HashSet<int> warned = [];
    private volatile IWatchedCalls[] watched;
    private volatile bool ended;

    public Watchdog(
        ICommunicator communicator, Heartbeats heartbeats, CommunicationOptions options, params IWatchedCalls[] watched)
    {
        this.communicator = communicator;
        this.heartbeats = heartbeats;
        this.watched = watched;
        logger = options.Logger;
        timeout = TimeSpan.FromSeconds(options.Timeout);
        interval = timeout / 10 < MaxInterval ? timeout / 10 : MaxInterval;
        thread = new Thread(Watch) { IsBackground = true, Name = "watchdog" };
        thread.Start();
    }

    /// <summary>The time without a heartbeat after which a rank counts as silent: five beats.</summary>
    private TimeSpan SilentAfter => 5 * interval;

    /// <summary>Adds calls to observe.</summary>
    public void Add(IEnumerable<IWatchedCalls> calls) => watched = [.. watched, .. calls];

    public void Dispose()
    {
        ended = true;
        thread.Join();
        heartbeats.Dispose();
    }

    private void Watch()
    {
        while (!ended)
        {
            Beat();
            if (Longest() is { } call && !ended)
            {
                Examine(call.Since, call.Name);
            }
        }
    }

    private void Examine(TimeSpan waited, string call)
    {
        RankState[] states = heartbeats.States();
        if (waited > timeout)
        {
            End(waited, call, states);
        }
        else if (waited > timeout / 10 && IsFirstHeard(states))
        {
            // The warning comes early because a launcher that notices a lost machine may end the job before the
            // timeout.
            foreach (int silent in Enumerable.Range(0, states.Length)
                .Where(rank => IsSilent(states[rank]) && warned.Add(rank)))
            {
                logger.LogWarning("{Report}", SilenceReport.DescribeWarning(silent, states[silent], timeout));
            }
        }
    }

    private bool IsSilent(RankState state) => SilenceReport.IsSilent(state, SilentAfter);

    private bool IsFirstHeard(RankState[] states)
        => Array.FindIndex(states, state => !IsSilent(state)) == communicator.Rank;

    private void Beat()
    {
        heartbeats.Beat(watched.Sum(calls => calls.Calls), Longest() is not null);
        heartbeats.Listen(interval);
    }

    private (TimeSpan Since, string Name)? Longest()
        => watched.Select(calls => calls.Current).MaxBy(call => call?.Since);

    private void End(TimeSpan waited, string call, RankState[] states)
    {
        if (!IsFirstHeard(states))
        {
            // A lower rank sees the same, reports it and ends the run, so that there is one report. If it does not,
            // this rank does.
            for (int beat = 0; beat < 3 && !ended; beat++)
            {
                Thread.Sleep(MaxInterval);
            }

            if (Longest() is not { } still || still.Since < waited || ended)
            {
                return;
            }
        }

        logger.LogCritical("{Report}", SilenceReport.Describe(communicator.Rank, call, waited, states, SilentAfter));
        communicator.Abort(ExitCode);
    }
}

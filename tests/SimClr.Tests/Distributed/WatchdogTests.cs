using SimClr.Distributed;
using static TorchSharp.torch;

namespace SimClr.Tests.Distributed;

/// <summary>The watchdog ends a hanging run.</summary>
public sealed class WatchdogTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);   // Only a failing test takes this long.

    [Fact]
    public void A_hanging_device_call_ends_the_run()
    {
        using var ranks = new EndedRank();
        var options = new CommunicationOptions { Timeout = 0.2 };
        using var watchdog = new Watchdog(ranks, Heartbeats.Open(0, 1, bytes => bytes), options, new CallClock());
        watchdog.Add([new Endless()]);
        Assert.True(ranks.Ended.Wait(Patience), "nobody ended the run");
    }

    private sealed class Endless : IWatchedCalls
    {
        public long Calls => 1;

        public (TimeSpan Since, string Name)? Current => (TimeSpan.FromHours(1), "all-reduce on the device");
    }

    private sealed class EndedRank : ICommunicator
    {
        public ManualResetEventSlim Ended { get; } = new();

        public int Rank => 0;

        public int Size => 1;

        public TimeSpan CommunicationTime => TimeSpan.Zero;

        public TimeSpan WaitTime => TimeSpan.Zero;

        public void AllReduce(Tensor values) => SingleProcess.Instance.AllReduce(values);

        public IPendingCommunication BeginAllReduce(Tensor values) => SingleProcess.Instance.BeginAllReduce(values);

        public void AllGather(Tensor local, Tensor all) => SingleProcess.Instance.AllGather(local, all);

        public void Broadcast(Tensor values, int root = 0) => SingleProcess.Instance.Broadcast(values, root);

        public void Barrier() => SingleProcess.Instance.Barrier();

        public void Abort(int exitCode) => Ended.Set();

        public void Dispose() => Ended.Dispose();
    }
}

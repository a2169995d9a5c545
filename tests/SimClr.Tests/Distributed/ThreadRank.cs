using System.Diagnostics;
using SimClr.Distributed;
using static TorchSharp.torch;

namespace SimClr.Tests.Distributed;

/// <summary>One of the threads that <see cref="ThreadRanks"/> runs.</summary>
internal sealed class ThreadRank(int rank, ThreadMeetings meetings) : ICommunicator
{
    private long ticks;
    private int calls;
    private int background;

    public int Rank => rank;

    public int Size => meetings.Size;

    public TimeSpan CommunicationTime => WaitTime;

    public TimeSpan WaitTime => Stopwatch.GetElapsedTime(0, ticks);

    public void AllReduce(Tensor values) => Meet($"all-reduce of {Describe(values)}", [values], Sum);

    public IPendingCommunication BeginAllReduce(Tensor values)
    {
        string call = $"all-reduce of {Describe(values)}";
        var key = ("background", background++);
        meetings.Arrive(key, rank, call, [values], Sum);
        return new Pending(() => Leave(key));
    }

    public void AllGather(Tensor local, Tensor all)
    {
        Assert.Equal([Size * local.shape[0], .. local.shape[1..]], all.shape);
        Assert.Equal(local.dtype, all.dtype);
        Describe(all);
        Meet($"all-gather of {Describe(local)}", [local, all], Gather);
    }

    public void Broadcast(Tensor values, int root = 0)
        => Meet($"broadcast of {Describe(values)} from rank {root}", [values], ranks =>
        {
            using var held = no_grad();
            foreach (Tensor[] other in ranks.Where((_, number) => number != root))
            {
                other[0].copy_(ranks[root][0]);
            }
        });

    public void Barrier() => Meet("barrier", [], _ => { });

    public void Abort(int exitCode) => meetings.Break(new AbortedException(rank, exitCode));

    public void Dispose()
    {
        // Disposing a communicator is not a meeting: the ranks leave when they are done.
    }

    private static string Describe(Tensor values)
    {
        Assert.True(values.is_contiguous(), "a tensor that is communicated must be contiguous");
        Assert.Contains(values.dtype, new[] { float32, float64, bfloat16, int64, uint8 });
        return $"{values.dtype} [{string.Join(", ", values.shape)}]";
    }

    // In rank order, and bfloat16 in float32, so that every rank gets the same bytes.
    private static void Sum(Tensor[][] ranks)
    {
        using var held = no_grad();
        using var scope = NewDisposeScope();
        Tensor first = ranks[0][0];
        Tensor sum = first.dtype == bfloat16 ? first.to(float32) : first.clone();
        foreach (Tensor[] other in ranks.Skip(1))
        {
            sum.add_(other[0]);
        }

        Array.ForEach(ranks, rank => rank[0].copy_(sum));
    }

    private static void Gather(Tensor[][] ranks)
    {
        using var held = no_grad();
        using var scope = NewDisposeScope();
        Tensor joined = cat([.. ranks.Select(rank => rank[0])]);
        Array.ForEach(ranks, rank => rank[1].copy_(joined));
    }

    private void Meet(string call, Tensor[] tensors, Action<Tensor[][]> work)
    {
        var key = ("foreground", calls++);
        meetings.Arrive(key, rank, call, tensors, work);
        Leave(key);
    }

    private void Leave((string, int) key)
    {
        long begin = Stopwatch.GetTimestamp();
        meetings.Leave(key);
        ticks += Stopwatch.GetTimestamp() - begin;
    }

    private sealed class Pending(Action wait) : IPendingCommunication
    {
        private Action? wait = wait;

        public void Wait()
        {
            wait?.Invoke();
            wait = null;
        }
    }
}

using TorchSharp;

namespace SimClr.Tests;

/// <summary>Counts the tensors of this thread that were made and not disposed since it was made.</summary>
internal sealed class TensorCount : IDisposable
{
    private readonly ThreadDisposeScopeStatistics statistics = DisposeScopeManager.Statistics;
    private readonly long before;

    public TensorCount() => before = Live;

    public long Growth => Live - before;

    private long Live => statistics.ThreadTotalLiveCount;

    public void Dispose()
    {
        // Nothing is held; "using" marks the span that is watched.
    }
}

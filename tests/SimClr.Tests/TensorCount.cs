using TorchSharp;

namespace SimClr.Tests;

/// <summary>
/// Counts the tensors of this thread that were created and not disposed since this object was created.
/// </summary>
internal sealed class TensorCount : IDisposable
{
    private readonly ThreadDisposeScopeStatistics statistics = DisposeScopeManager.Statistics;
    private readonly long before;

    public TensorCount() => before = Live;

    public long Growth => Live - before;

    private long Live => statistics.ThreadTotalLiveCount;

    public void Dispose()
    {
        // Nothing to release; "using" marks the observed span.
    }
}

namespace SimClr.Training;

/// <summary>The sums of gradients over the ranks.</summary>
internal interface IGradientSums : IDisposable
{
    /// <summary>Returns when every gradient is the sum over all ranks.</summary>
    void Finish();
}

/// <summary>The gradients of a process alone are complete when its backward pass ends.</summary>
internal sealed class NoGradientSums : IGradientSums
{
    /// <summary>The only one: it has no state.</summary>
    public static NoGradientSums Instance { get; } = new();

    /// <inheritdoc/>
    public void Finish()
    {
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}

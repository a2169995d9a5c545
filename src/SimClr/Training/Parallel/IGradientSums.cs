namespace SimClr.Training;

/// <summary>The sums of gradients over the ranks.</summary>
internal interface IGradientSums : IDisposable
{
    /// <summary>Waits until every gradient is the sum over all ranks.</summary>
    void Finish();
}

/// <summary>The gradient sums of a single process, whose gradients are complete after its backward pass.</summary>
internal sealed class NoGradientSums : IGradientSums
{
    /// <summary>The only instance, without state.</summary>
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

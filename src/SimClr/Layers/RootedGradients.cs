using static TorchSharp.torch;

namespace SimClr.Layers;

/// <summary>
/// Gradients that a function of ours has handed to libtorch's backward pass. libtorch reads them when the function has
/// returned, and by then nothing else roots them: a garbage collection at that moment would free what is being read.
/// </summary>
/// <remarks>
/// A backward pass runs on the caller's thread on the processor, and on one of libtorch's own on a GPU, where there is no
/// dispose scope of the step: what comes into a function and what it makes has to be let go there.
/// </remarks>
internal sealed class RootedGradients
{
    private readonly List<Tensor> underway = [];

    /// <summary>
    /// Holds what a function is about to return, and lets go what the one before it returned: a model lies on one device,
    /// whose functions follow each other, and each time libtorch has taken what it was handed before it calls again.
    /// </summary>
    /// <param name="gradients">In no dispose scope, or in one that ends here; null is passed on.</param>
    public void Hold(IEnumerable<Tensor?> gradients)
    {
        Release();
        underway.AddRange(gradients.OfType<Tensor>().Where(gradient => !gradient.IsInvalid).Select(gradient => gradient.DetachFromDisposeScope()));
    }

    /// <summary>When the pass is over.</summary>
    public void Release()
    {
        underway.ForEach(gradient => gradient.Dispose());
        underway.Clear();
    }
}

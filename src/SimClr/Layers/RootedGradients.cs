using static TorchSharp.torch;

namespace SimClr.Layers;

/// <summary>
/// Gradients that a custom autograd function has returned to libtorch's backward pass. libtorch reads them after the
/// function has returned, when nothing else roots them: without this reference, a garbage collection at that moment
/// would free tensors that are being read.
/// </summary>
/// <remarks>
/// A backward pass runs on the caller's thread on the CPU, and on one of libtorch's threads on a GPU. The step's
/// dispose scope does not reach that thread, so a function must dispose of its inputs and intermediates itself.
/// </remarks>
internal sealed class RootedGradients
{
    private readonly List<Tensor> underway = [];

    /// <summary>
    /// Holds the gradients that a function is about to return, and releases those of the previous function. A model
    /// lies on one device, where functions run one after another, and libtorch has taken the previous gradients before
    /// it calls the next function.
    /// </summary>
    /// <param name="gradients">In no dispose scope, or in one that ends here; null entries are skipped.</param>
    public void Hold(IEnumerable<Tensor?> gradients)
    {
        Release();
        underway.AddRange(gradients.OfType<Tensor>()
            .Where(gradient => !gradient.IsInvalid)
            .Select(gradient => gradient.DetachFromDisposeScope()));
    }

    /// <summary>Releases the gradients after the pass.</summary>
    public void Release()
    {
        underway.ForEach(gradient => gradient.Dispose());
        underway.Clear();
    }
}

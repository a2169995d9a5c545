using static TorchSharp.torch;

namespace SimClr.Layers;

/// <summary>
/// Totals over all ranks of a run, as needed by a layer. Every rank must request the same totals in the same order.
/// </summary>
internal interface IRankTotals
{
    /// <summary>Sums over the ranks, in place.</summary>
    /// <param name="values">Contiguous; the same shape and type on every rank.</param>
    void Sum(Tensor values);

    /// <summary>
    /// Records an error in a backward pass, which must not throw because that would end the process. The error is
    /// thrown when the pass is over; until then, no further sums are computed.
    /// </summary>
    void FailInBackward(Exception error);

    /// <summary>The gradients that this rank's functions have returned to the current backward pass.</summary>
    RootedGradients Handed { get; }
}

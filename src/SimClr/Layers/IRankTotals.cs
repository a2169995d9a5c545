using static TorchSharp.torch;

namespace SimClr.Layers;

/// <summary>What a layer needs of the other ranks of a run: totals over all of them. Every rank asks for the same ones in the same order.</summary>
internal interface IRankTotals
{
    /// <summary>Sums over the ranks, in place.</summary>
    /// <param name="values">Contiguous; the same shape and type on every rank.</param>
    void Sum(Tensor values);

    /// <summary>
    /// Takes what a backward pass must not throw, because it would end the process there; it is thrown when the pass is
    /// over. Until then there is no further sum.
    /// </summary>
    void FailInBackward(Exception error);

    /// <summary>What this rank's backward pass has been handed.</summary>
    RootedGradients Handed { get; }
}

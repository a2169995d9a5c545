using SimClr.Internals;
using static TorchSharp.torch;

namespace SimClr.Evaluation;

/// <summary>log(1 + exp(−t z)) for each class independently, t = ±1; a mark of 0 adds nothing.</summary>
internal sealed class SigmoidLoss : IClassLoss
{
    private readonly Tensor marks;   // [rows, classes]: -1, 0, 1

    public SigmoidLoss(sbyte[] marks, int classes, ScalarType type)
    {
        Classes = classes;
        using var scope = NewDisposeScope();
        this.marks =
            tensor(marks, [marks.Length / classes, classes], device: CPU).to_type(type).DetachFromDisposeScope();
    }

    public int Classes { get; }

    public (double Loss, Tensor Residuals) Evaluate(int start, Tensor logits)
    {
        Tensor t = marks.narrow(0, start, logits.shape[0]);
        Tensor losses = t.mul(logits).neg().Softplus().mul(t.abs());
        return (losses.sum(float64).item<double>(), t.mul(logits).neg().sigmoid().mul(t).neg());
    }

    /// <summary>p (1 − p) on the diagonal.</summary>
    public Tensor Curvature(int start, Tensor logits)
    {
        Tensor p = logits.sigmoid();
        return diag(p.sub(p.mul(p)).mul(marks.narrow(0, start, logits.shape[0]).abs()).sum([0], type: float64));
    }

    public void Dispose() => marks.Dispose();
}

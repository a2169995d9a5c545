using SimClr.Internals;
using static TorchSharp.torch;

namespace SimClr.Evaluation;

/// <summary>−log softmax(z) of the true class; one class per row.</summary>
internal sealed class SoftmaxLoss : IClassLoss
{
    private readonly Tensor labels;   // [rows, 1]

    /// <param name="labels">The class of each row, 0 … classes − 1.</param>
    /// <param name="classes">The number of classes; each has a row.</param>
    public SoftmaxLoss(IEnumerable<int> labels, int classes)
    {
        Classes = classes;
        this.labels =
            tensor(labels.Select(label => (long)label).ToArray(), device: CPU).unsqueeze_(1).DetachFromDisposeScope();
    }

    public int Classes { get; }

    public (double Loss, Tensor Residuals) Evaluate(int start, Tensor logits)
    {
        Tensor truth = labels.narrow(0, start, logits.shape[0]);
        Tensor logs = nn.functional.log_softmax(logits, 1);
        double loss = -logs.gather(1, truth).sum(float64).item<double>();
        Tensor residuals = logs.exp_();
        residuals.scatter_add_(1, truth, full_like(truth, RootedScalars.MinusOne, residuals.dtype));
        return (loss, residuals);
    }

    /// <summary>diag(p) − p pᵀ.</summary>
    public Tensor Curvature(int start, Tensor logits)
    {
        Tensor p = nn.functional.softmax(logits, 1);
        return diag(p.sum([0], type: float64)).sub(p.t().mm(p).to_type(float64));
    }

    public void Dispose() => labels.Dispose();
}

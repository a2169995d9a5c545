using SimClr.Losses;
using static TorchSharp.torch;

namespace SimClr.Training;

/// <summary>The whole batch at once: the activations of all its views are held until the backward pass.</summary>
internal sealed class PlainStep(SimClrModel model, IContrastiveLoss loss) : IGradientStep
{
    public void Dispose()
    {
        // It holds nothing of its own.
    }

    /// <inheritdoc/>
    public StepOutcome Compute(Func<ViewBatch> nextViews)
    {
        ViewBatch batch = nextViews();
        (Tensor h, Tensor z) = model.forward(batch.Views);                     // [2N, r], [2N, d]
        long n = z.shape[0] / 2;
        Tensor value = loss.Forward(z.narrow(0, 0, n), z.narrow(0, n, n));
        value.backward();
        return new StepOutcome(value, h, z, batch.Images);
    }
}

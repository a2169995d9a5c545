using SimClr.Losses;
using SimClr.Training;
using static TorchSharp.torch;

namespace SimClr.Tests.Training;

/// <summary>Algorithm 1 with one graph from the loss to the weights: the reference for every step.</summary>
internal sealed class PlainStep(SimClrModel model, IContrastiveLoss loss)
{
    public StepOutcome Compute(Func<ViewBatch> nextViews)
    {
        ViewBatch batch = nextViews();
        (Tensor h, Tensor z) = model.forward(batch.Views);
        long n = z.shape[0] / 2;
        Tensor value = loss.Forward(z.narrow(0, 0, n), z.narrow(0, n, n));
        value.backward();
        return new StepOutcome(value, h, z, batch.Images);
    }
}

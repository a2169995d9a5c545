using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SimClr.Training;

/// <summary>The decay of batch norm's running statistics: how slowly they follow the batches.</summary>
internal static class BatchNormDecay
{
    /// <summary>The usual decay.</summary>
    public const double Default = 0.9;

    /// <summary>
    /// Returns the decay for fine-tuning: max(1 − 10 / s, 0.9), where s is the number of steps in an epoch (paper,
    /// Appendix B.8.2). With it, the statistics cover about the last tenth of an epoch.
    /// </summary>
    public static double For(long stepsPerEpoch) => Math.Max(1 - (10.0 / stepsPerEpoch), Default);

    /// <summary>Sets the decay in every batch norm of a model. PyTorch stores the complement, 1 − decay.</summary>
    public static void Set(nn.Module model, double decay)
    {
        foreach (nn.Module part in model.modules())
        {
            if (part is NormBase norm)
            {
                norm.momentum = 1 - decay;
            }
        }
    }
}

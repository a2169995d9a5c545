using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SimClr.Training;

/// <summary>How fast the running statistics of batch norm follow the batches.</summary>
internal static class BatchNormDecay
{
    /// <summary>The usual one.</summary>
    public const double Default = 0.9;

    /// <summary>
    /// The decay for fine-tuning: max(1 − 10 / s, 0.9), where s is the number of steps of an epoch (paper, Appendix B.8), so
    /// that the statistics are of about the last tenth of one.
    /// </summary>
    public static double For(long stepsPerEpoch) => Math.Max(1 - (10.0 / stepsPerEpoch), Default);

    /// <summary>Sets it in every batch norm of a model; PyTorch counts the other way round, as 1 − decay.</summary>
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

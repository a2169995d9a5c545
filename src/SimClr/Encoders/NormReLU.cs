using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SimClr.Encoders;

/// <summary>
/// Batch norm, then a shortcut where there is one, then ReLU where it is asked for: as one operation where a processor
/// trains (half the passes over memory), as libtorch's operations elsewhere.
/// </summary>
internal static class NormReLU
{
    private const int Lanes = 16;

    /// <summary>relu(norm(x) + shortcut). x, shortcut: [N, C, H, W] → [N, C, H, W].</summary>
    public static Tensor Apply(BatchNorm2d norm, Tensor x, Tensor? shortcut = null, bool relu = true)
        => IsFused(norm, x, shortcut) ? Fused(norm, x, shortcut, relu) : Plain(norm, x, shortcut, relu);

    /// <summary>The same by libtorch's operations: the reference, and for what is not fused.</summary>
    internal static Tensor Plain(BatchNorm2d norm, Tensor x, Tensor? shortcut, bool relu)
    {
        Tensor y = norm.forward(x);
        y = shortcut is null ? y : y.add_(shortcut);
        return relu ? nn.functional.relu(y, inplace: true) : y;
    }

    internal static Tensor Fused(BatchNorm2d norm, Tensor x, Tensor? shortcut, bool relu)
    {
        var pass = new NormReLUFunction.Pass(norm.eps, shortcut is not null, relu);
        Tensor y = NormReLUFunction.apply(x, norm.weight!, norm.bias!, shortcut!, pass);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        double kept = 1 - norm.momentum!.Value;
        double unbiased = (double)pass.Rows / Math.Max(1, pass.Rows - 1);
        norm.running_mean!.mul_(kept).add_(tensor(pass.Mean, ScalarType.Float32), alpha: 1 - kept);
        norm.running_var!.mul_(kept).add_(tensor(pass.Variance, ScalarType.Float32), alpha: (1 - kept) * unbiased);
        norm.num_batches_tracked!.add_(1);
        return y;
    }

    private static bool IsFused(BatchNorm2d norm, Tensor x, Tensor? shortcut)
        => norm.training && norm.track_running_stats && norm.momentum is not null
            && x.device_type == TorchSharp.DeviceType.CPU && x.dtype is ScalarType.Float32 or ScalarType.BFloat16
            && norm.weight is { dtype: ScalarType.Float32 } && norm.bias is not null
            && x.shape[1] % Lanes == 0 && x.numel() * x.element_size() <= int.MaxValue
            && (shortcut is null || (shortcut.dtype == x.dtype && shortcut.shape.SequenceEqual(x.shape)));
}

using SimClr.Internals;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SimClr.Layers;

/// <summary>
/// Batch normalization over the views of all ranks (paper, Section 2.2: "Global BN"). In evaluation, with one rank, or
/// if each rank normalizes on its own, it is PyTorch's batch norm. With several ranks, it computes the outputs,
/// gradients and running statistics that one process with the same views would (with micro-batches: those of one
/// micro-batch on all ranks), at the cost of one sum over the ranks of 2C + 1 values in the forward pass and one of 2C
/// in the backward pass.
/// </summary>
/// <remarks>
/// Normalization by given statistics uses PyTorch's own kernel in both directions. Its gradient treats the statistics
/// as constants; <see cref="MomentsGradient"/> adds the part that flows through them.
/// </remarks>
internal sealed class SyncBatchNorm : BatchNorm
{
    private readonly int dimensions;

    private SyncBatchNorm(long channels, int dimensions, string name)
        : base(channels, 1e-5, 0.1, true, true, CPU, null, name)
        => this.dimensions = dimensions;

    /// <summary>
    /// The totals over the ranks, which the training run sets if batch.norm is global; null to normalize by this rank's
    /// values alone. Default: null.
    /// </summary>
    public IRankTotals? Totals { get; set; }

    /// <summary>For images: [N, channels, H, W].</summary>
    public static SyncBatchNorm ForImages(long channels) => new(channels, 4, "BatchNorm2d");

    /// <summary>For vectors: [N, channels].</summary>
    public static SyncBatchNorm ForVectors(long channels) => new(channels, 2, "BatchNorm1d");

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
        => training && Totals is { } totals ? Normalize(input, totals) : NormalizeAlone(input);

    /// <inheritdoc/>
    protected override void ValidateInputDimensions(Tensor input)
    {
        if (input.dim() != dimensions)
        {
            throw new ArgumentException($"got {input.dim()} dimensions, expected {dimensions}");
        }
    }

    // As in the base class, whose count uses a scalar that nothing roots (see RootedScalars).
    private Tensor NormalizeAlone(Tensor input)
    {
        ValidateInputDimensions(input);
        if (training)
        {
            num_batches_tracked!.add_(RootedScalars.One, RootedScalars.One);
        }

        return nn.functional.batch_norm(input, running_mean, running_var, weight, bias, training, momentum!.Value, eps);
    }

    private Tensor Normalize(Tensor input, IRankTotals totals)
    {
        using var scope = NewDisposeScope();
        var moments = GlobalMoments.Compute(input, running_mean!, totals);
        moments.Move(running_mean!, running_var!, momentum!.Value);
        num_batches_tracked!.add_(RootedScalars.One, RootedScalars.One);

        (Tensor x, Tensor scale, Tensor shift) = is_grad_enabled()
            ? MomentsGradient.Pass(input, weight!, bias!, moments, eps, totals)
            : (input, weight!, bias!);
        return nn.functional.batch_norm(x, moments.Mean, moments.Variance, scale, shift, training: false, eps: eps)
            .MoveToOuterDisposeScope();
    }
}

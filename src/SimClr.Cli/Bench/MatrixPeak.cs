using SimClr.Internals;
using static TorchSharp.torch;

namespace SimClr.Cli.Bench;

/// <summary>
/// The peak that training steps are compared with: products of square matrices at the full speed of the tensor library.
/// </summary>
internal sealed class MatrixPeak : IDisposable
{
    private readonly Tensor left;
    private readonly Tensor right;
    private readonly Tensor product;
    private readonly double operations;

    /// <summary>Allocates the matrices.</summary>
    /// <param name="side">The side of the matrices.</param>
    /// <param name="precision"><c>fp32</c> or <c>bf16</c>.</param>
    /// <param name="device">The device that holds them.</param>
    public MatrixPeak(int side, string precision, string device)
    {
        ScalarType type = precision == "bf16" ? ScalarType.BFloat16 : ScalarType.Float32;
        Device place = TorchSharp.torch.device(device);
        left = full([side, side], RootedScalars.From(0.5), dtype: type, device: place).DetachFromDisposeScope();
        right = full([side, side], RootedScalars.From(0.25), dtype: type, device: place).DetachFromDisposeScope();
        product = zeros([side, side], dtype: type, device: place).DetachFromDisposeScope();
        operations = 2.0 * side * side * side;
        Multiply();
    }

    /// <summary>Measures the speed in 10⁹ floating-point operations per second.</summary>
    public double Gigaflops(TimeSpan span) => SideBySide.Rate(Multiply, span) * operations / 1e9;

    public void Dispose()
    {
        left.Dispose();
        right.Dispose();
        product.Dispose();
    }

    private void Multiply()
    {
        using IDisposable gradients = no_grad();
        using var scope = NewDisposeScope();
        product.addmm_(left, right, beta: 0, alpha: 1);   // in place: a new result would cost page faults
        _ = product[0, 0].to_type(ScalarType.Float32).item<float>();   // waits for the device
    }
}

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace SimClr.Encoders;

/// <summary>
/// relu(norm(x) + shortcut) in training, forward and backward, by <see cref="BatchNormKernels{T, TIo}"/>. Besides x it
/// keeps one bit per activation for the backward pass.
/// </summary>
internal sealed unsafe class NormReLUFunction : autograd.SingleTensorFunction<NormReLUFunction>
{
    private const string PassKey = "pass";

    // What the last backward pass on this thread returned. libtorch has taken it over by the time of the next one; left
    // to the garbage collector or the step's scope, these large tensors would stay until then.
    [ThreadStatic]
    private static List<Tensor>? returned;

    public override string Name => nameof(NormReLUFunction);

    /// <summary>What a pass forward leaves for the running statistics and for the way back.</summary>
    /// <param name="Epsilon">Added to the variance.</param>
    /// <param name="Shortcut">Whether there is a shortcut.</param>
    /// <param name="Relu">Whether ReLU follows.</param>
    internal sealed record Pass(double Epsilon, bool Shortcut, bool Relu)
    {
        public long Rows { get; set; }

        public double[] Mean { get; set; } = [];

        public double[] Variance { get; set; } = [];

        public double[] InverseDeviation() => [.. Variance.Select(value => 1 / Math.Sqrt(value + Epsilon))];
    }

    /// <param name="ctx">Takes what the backward pass needs.</param>
    /// <param name="vars">x, weight, bias, shortcut or null, <see cref="Pass"/>.</param>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var pass = (Pass)vars[4];
        using var scope = NewDisposeScope();
        Tensor x = PixelRows((Tensor)vars[0]);
        Tensor? shortcut = vars[3] is Tensor other ? PixelRows(other) : null;
        Tensor y = empty_like(x);
        Tensor? positive = pass.Relu ? empty(x.numel() / 16, dtype: ScalarType.Int16) : null;
        float[] weight = Values((Tensor)vars[1]);
        float[] bias = Values((Tensor)vars[2]);
        if (x.dtype == ScalarType.BFloat16)
        {
            Forward<ushort, BFloat16Activation>(pass, x, shortcut, y, positive, weight, bias);
        }
        else
        {
            Forward<float, SingleActivation>(pass, x, shortcut, y, positive, weight, bias);
        }

        ctx.save_data(PassKey, pass);
        ctx.save_for_backward([(Tensor)vars[0], (Tensor)vars[1], positive?.MoveToOuterDisposeScope()!]);
        return y.permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }

    /// <summary>The gradients of x, weight, bias and shortcut.</summary>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        returned?.ForEach(tensor => tensor.Dispose());
        using var scope = NewDisposeScope();
        var pass = (Pass)ctx.get_data(PassKey);
        List<Tensor> saved = ctx.get_saved_variables();
        Tensor x = PixelRows(saved[0]);
        Tensor dy = PixelRows(grad_output.dtype == x.dtype ? grad_output : grad_output.to_type(x.dtype));
        Tensor dx = empty_like(x);

        // Without ReLU the shortcut's gradient is the output's own.
        Tensor? dShortcut = pass.Shortcut && pass.Relu ? empty_like(x) : null;
        float[] weight = Values(saved[1]);
        (float[] dWeight, float[] dBias) = x.dtype == ScalarType.BFloat16
            ? Backward<ushort, BFloat16Activation>(pass, dy, x, saved[2], dx, dShortcut, weight)
            : Backward<float, SingleActivation>(pass, dy, x, saved[2], dx, dShortcut, weight);
        returned = [dx.permute(0, 3, 1, 2), tensor(dWeight), tensor(dBias)];
        if (pass.Shortcut)
        {
            returned.Add((dShortcut ?? dy).permute(0, 3, 1, 2));
        }

        returned.ForEach(tensor => tensor.DetachFromDisposeScope());
        return pass.Shortcut ? [.. returned, null!] : [.. returned, null!, null!];
    }

    private static void Forward<T, TIo>(
        Pass pass, Tensor x, Tensor? shortcut, Tensor y, Tensor? positive, float[] weight, float[] bias)
        where T : unmanaged
        where TIo : IActivation<T>
    {
        int threads = get_num_threads();
        pass.Rows = x.numel() / weight.Length;
        (pass.Mean, pass.Variance) = BatchNormKernels<T, TIo>.Statistics(Pointer<T>(x), pass.Rows, weight.Length, threads);
        double[] inverse = pass.InverseDeviation();
        float[] scale = [.. weight.Select((w, c) => (float)(w * inverse[c]))];
        float[] shift = [.. bias.Select((b, c) => (float)(b - (pass.Mean[c] * weight[c] * inverse[c])))];
        BatchNormKernels<T, TIo>.Normalize(
            Pointer<T>(x), Pointer<T>(shortcut), Pointer<T>(y), Pointer<ushort>(positive), scale, shift, pass.Rows, threads);
    }

    // dx = w/σ · (g − mean(g) − x̂ · mean(g · x̂)), with x̂ = (x − μ)/σ.
    private static (float[] Weight, float[] Bias) Backward<T, TIo>(
        Pass pass, Tensor dy, Tensor x, Tensor? positive, Tensor dx, Tensor? dShortcut, float[] weight)
        where T : unmanaged
        where TIo : IActivation<T>
    {
        int threads = get_num_threads();
        double[] inverse = pass.InverseDeviation();
        float[] mean = [.. pass.Mean.Select(m => (float)m)];
        (double[] sum, double[] product) = BatchNormKernels<T, TIo>.Sums(
            Pointer<T>(dy), Pointer<T>(x), Pointer<ushort>(positive), mean, pass.Rows, threads);
        float[] a = [.. weight.Select((w, c) => (float)(w * inverse[c]))];
        float[] b = [.. weight.Select((w, c) => (float)(-w * inverse[c] * inverse[c] * inverse[c] * product[c] / pass.Rows))];
        float[] constant = [.. weight.Select((w, c) => (float)(-w * inverse[c] * sum[c] / pass.Rows))];
        BatchNormKernels<T, TIo>.Gradients(
            Pointer<T>(dy), Pointer<T>(x), Pointer<ushort>(positive), Pointer<T>(dx), Pointer<T>(dShortcut),
            mean, a, b, constant, pass.Rows, threads);
        return ([.. product.Select((p, c) => (float)(p * inverse[c]))], [.. sum.Select(s => (float)s)]);
    }

    /// <summary>[N, C, H, W] as [N, H, W, C], one after the other in memory; no copy where it is in channels-last order.</summary>
    private static Tensor PixelRows(Tensor x) => x.permute(0, 2, 3, 1).contiguous();

    private static float[] Values(Tensor x) => MemoryMarshal.Cast<byte, float>(x.detach().contiguous().bytes).ToArray();

    private static T* Pointer<T>(Tensor? x)
        where T : unmanaged
        => x is null ? null : (T*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(x.bytes));
}

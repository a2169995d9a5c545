using static TorchSharp.torch;

namespace SimClr.Augmentation;

/// <summary>Blurs many views at once, each with its own deviation: two products with the matrix of its kernel.</summary>
internal sealed class DeviceBlur : IDisposable
{
    private readonly int size;
    private readonly int kernel;
    private readonly Device device;
    private Tensor? places;

    /// <param name="size">Side of the views.</param>
    /// <param name="kernel">Width of the kernel in pixels, odd.</param>
    /// <param name="device">Where they are.</param>
    public DeviceBlur(int size, int kernel, Device device)
    {
        this.size = size;
        this.device = device;
        this.kernel = kernel;
    }

    /// <param name="planes">[views, 3, S, S], changed in place.</param>
    /// <param name="draws">One per view.</param>
    public void Apply(Tensor planes, IReadOnlyList<ViewParameters> draws)
        => DeviceColors.Change(planes, draws, d => d.BlurSigma > 0, _ => 0, (x, _) => Blur(
            x, [.. draws.Where(d => d.BlurSigma > 0).Select(d => d.BlurSigma)]));

    public void Dispose() => places?.Dispose();

    private Tensor Blur(Tensor x, float[] sigmas)
    {
        int n = sigmas.Length;
        float[] weights = new float[n * kernel];
        for (int i = 0; i < n; i++)
        {
            GaussianBlur.Weights(sigmas[i], weights.AsSpan(i * kernel, kernel));
        }

        places ??= Places().DetachFromDisposeScope();
        Tensor matrix = DeviceViews.Upload<float>(weights, ScalarType.Float32, device, n, kernel).mm(places).reshape(n, size, size);
        Tensor down = matrix.bmm(x.permute(0, 2, 1, 3).reshape(n, size, 3 * size));        // [n, S, 3·S]
        Tensor across = down.reshape(n, size * 3, size).bmm(matrix.transpose(1, 2));      // [n, S·3, S]
        return across.reshape(n, size, 3, size).permute(0, 2, 1, 3);
    }

    /// <summary>Where each weight of a kernel stands in the matrix, edges reflected: [kernel, S · S] of zeros and ones.</summary>
    private Tensor Places()
    {
        float[] ones = new float[kernel * size * size];
        for (int k = 0; k < kernel; k++)
        {
            for (int i = 0; i < size; i++)
            {
                ones[(((k * size) + i) * size) + GaussianBlur.Reflect(i + k - (kernel / 2), size)] = 1;
            }
        }

        return DeviceViews.Upload<float>(ones, ScalarType.Float32, device, kernel, size * size);
    }
}

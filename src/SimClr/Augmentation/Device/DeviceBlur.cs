using static TorchSharp.torch;

namespace SimClr.Augmentation;

/// <summary>
/// Blurs many views at once, each with its own standard deviation: two products with the matrix of its kernel.
/// </summary>
internal sealed class DeviceBlur : IDisposable
{
    private readonly int size;
    private readonly int kernel;
    private readonly Tensor places;

    /// <param name="size">Side of the views.</param>
    /// <param name="kernel">Width of the kernel in pixels, odd.</param>
    /// <param name="device">The device of the views.</param>
    public DeviceBlur(int size, int kernel, Device device)
    {
        this.size = size;
        this.kernel = kernel;
        places = Places(size, kernel, device);
    }

    /// <summary>Adds the blur's weights to the numbers to send.</summary>
    /// <param name="draws">One per view.</param>
    /// <param name="numbers">The numbers to send.</param>
    public DeviceChange? Plan(IReadOnlyList<ViewParameters> draws, PackedNumbers numbers)
    {
        float[] sigmas = [.. draws.Where(d => d.BlurSigma > 0).Select(d => d.BlurSigma)];
        float[] weights = new float[sigmas.Length * kernel];
        for (int i = 0; i < sigmas.Length; i++)
        {
            GaussianBlur.Weights(sigmas[i], weights.AsSpan(i * kernel, kernel));
        }

        return DeviceChange.Plan(draws, d => d.BlurSigma > 0, weights, Blur, numbers);
    }

    public void Dispose() => places.Dispose();

    // x: [n, 3, S, S], weights: [n, kernel]
    private Tensor Blur(Tensor x, Tensor weights)
    {
        long n = x.shape[0];
        Tensor matrix = weights.mm(places).reshape(n, size, size);
        Tensor down = matrix.bmm(x.permute(0, 2, 1, 3).reshape(n, size, 3 * size));        // [n, S, 3·S]
        Tensor across = down.reshape(n, size * 3, size).bmm(matrix.transpose(1, 2));      // [n, S·3, S]
        return across.reshape(n, size, 3, size).permute(0, 2, 1, 3);
    }

    /// <summary>
    /// The position of each kernel weight in the matrix, with reflected edges: [kernel, S · S] of zeros and ones.
    /// </summary>
    private static Tensor Places(int size, int kernel, Device device)
    {
        using var scope = NewDisposeScope();
        float[] ones = new float[kernel * size * size];
        for (int k = 0; k < kernel; k++)
        {
            for (int i = 0; i < size; i++)
            {
                ones[(((k * size) + i) * size) + GaussianBlur.Reflect(i + k - (kernel / 2), size)] = 1;
            }
        }

        return tensor(ones, [kernel, size * size], device: CPU).to(device).DetachFromDisposeScope();
    }
}

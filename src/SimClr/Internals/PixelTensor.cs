using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace SimClr.Internals;

/// <summary>
/// One preallocated tensor through which batches of pixels reach the device: filled from height × width × channel
/// floats, handed out as [N, 3, H, W] in channels-last order without another copy.
/// </summary>
internal sealed class PixelTensor : IDisposable
{
    private readonly Tensor host;
    private readonly Device device;
    private readonly ScalarType type;

    public PixelTensor(int images, int size, string device, ScalarType type)
    {
        host = empty([images, size, size, 3]).DetachFromDisposeScope();
        this.device = TorchSharp.torch.device(device);
        this.type = type;
    }

    /// <summary>The first images of the buffer as a tensor, valid until the next call.</summary>
    public Tensor Fill(ReadOnlySpan<float> pixels, int images)
    {
        long perImage = host.shape[1] * host.shape[2] * host.shape[3];
        pixels[..(int)(images * perImage)].CopyTo(MemoryMarshal.Cast<byte, float>(host.bytes));
        return host.narrow(0, 0, images).to(type, device).permute(0, 3, 1, 2);
    }

    public void Dispose() => host.Dispose();

}

using static TorchSharp.torch;

namespace SimClr.Layers;

/// <summary>
/// Stores convolution weights with the channels innermost in memory. Shapes and values stay; convolutions are faster
/// on processors and GPUs, and batches written as height × width × channel need no conversion.
/// </summary>
internal static class ChannelsLast
{
    // A processor's vector of float32 at its widest.
    private const int Lanes = 16;

    /// <summary>
    /// Converts a module, on the device it is to compute on. On the processor only one whose convolutions all have multiples
    /// of 16 outputs: with fewer, oneDNN (3.7.1, in float32) writes past the end of its memory when it computes the gradient
    /// of the weights in this order.
    /// </summary>
    /// <returns>Whether it was converted, and its input may be in this order too.</returns>
    public static bool Convert(nn.Module module)
    {
        if (module.parameters().Any(p => p.dim() == 4 && p.device_type == TorchSharp.DeviceType.CPU && p.shape[0] % Lanes != 0))
        {
            return false;
        }

        using var _ = no_grad();
        using var scope = NewDisposeScope();
        foreach (var (_, parameter) in module.named_parameters())
        {
            if (parameter.dim() == 4)
            {
                parameter.set_(parameter.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2));
            }
        }

        return true;
    }
}

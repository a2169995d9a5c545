using static TorchSharp.torch;

namespace SimClr.Layers;

/// <summary>
/// Stores convolution weights with the channels innermost in memory. Shapes and values are unchanged; convolutions are
/// faster on CPUs and GPUs, and batches stored as height × width × channel need no conversion.
/// </summary>
internal static class ChannelsLast
{
    // The number of float32 values in the widest CPU vector register.
    private const int Lanes = 16;

    /// <summary>
    /// Converts a module, already on the device that it will compute on. On the CPU, a module is converted only if the
    /// number of outputs of each of its convolutions is a multiple of 16: with other numbers, oneDNN (3.7.1, in
    /// float32) writes past the end of its memory when it computes the gradient of the weights in this order.
    /// </summary>
    /// <returns>Whether the module was converted, so that its input may be in this order too.</returns>
    public static bool Convert(nn.Module module)
    {
        if (module.parameters()
            .Any(p => p.dim() == 4 && p.device_type == TorchSharp.DeviceType.CPU && p.shape[0] % Lanes != 0))
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

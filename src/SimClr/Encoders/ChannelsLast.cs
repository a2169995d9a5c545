using static TorchSharp.torch;

namespace SimClr.Encoders;

/// <summary>
/// Stores convolution weights with the channels innermost in memory. Shapes and values stay; the processor's
/// convolutions are faster, and batches written as height × width × channel need no conversion.
/// </summary>
internal static class ChannelsLast
{
    public static void Convert(nn.Module module)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        foreach (var (_, parameter) in module.named_parameters())
        {
            if (parameter.dim() == 4)
            {
                parameter.set_(parameter.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2));
            }
        }
    }
}

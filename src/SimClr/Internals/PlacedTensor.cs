using static TorchSharp.torch;

namespace SimClr.Internals;

/// <summary>
/// A tensor that is constant over a run. It is copied once, to the device of its first use, rather than in each step.
/// </summary>
/// <param name="host">The values; this object owns them.</param>
internal sealed class PlacedTensor(Tensor host) : IDisposable
{
    private Tensor values = host.DetachFromDisposeScope();

    /// <summary>Returns the tensor on a device.</summary>
    public Tensor On(Device device)
    {
        if (values.device_type != device.type || values.device_index != device.index)
        {
            using Tensor before = values;
            values = before.to(device).DetachFromDisposeScope();
        }

        return values;
    }

    public void Dispose() => values.Dispose();
}

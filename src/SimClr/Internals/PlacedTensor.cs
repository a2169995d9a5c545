using static TorchSharp.torch;

namespace SimClr.Internals;

/// <summary>A tensor that stays the same over a run, and goes where it is first needed: copied once, not in each step.</summary>
/// <param name="host">Its values; owned by this object.</param>
internal sealed class PlacedTensor(Tensor host) : IDisposable
{
    private Tensor values = host.DetachFromDisposeScope();

    /// <summary>The tensor on a device.</summary>
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

using static TorchSharp.torch;

namespace SimClr.Internals;

/// <summary>
/// Tells when copies between host memory and a device are over, so that the memory may be written again or read. A device
/// works through its orders in turn: behind a copy it is told to write a mark into host memory, where the host looks for it.
/// </summary>
internal sealed unsafe class CopyFences : IDisposable
{
    private const long Done = 1;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    private readonly Device device;
    private readonly HostBuffer marks;
    private readonly Tensor done;

    /// <param name="slots">How many pieces of host memory there are.</param>
    /// <param name="device">What copies.</param>
    public CopyFences(int slots, Device device)
    {
        this.device = device;
        marks = new HostBuffer([slots, 1], ScalarType.Int64, device);
        new Span<long>(marks.Start, slots).Fill(Done);
        done = ones(1, ScalarType.Int64, device).DetachFromDisposeScope();
    }

    /// <summary>Orders what copies from or into the memory of a slot, and a mark behind it.</summary>
    public T Order<T>(int slot, Func<T> copies)
    {
        Volatile.Write(ref Mark(slot), 0);
        T copied = copies();
        using Tensor mark = marks.Values[slot];
        mark.copy_(done, nonBlocking: device.type == TorchSharp.DeviceType.CUDA);
        return copied;
    }

    /// <summary>Whether the copies of a slot are over.</summary>
    public bool IsFree(int slot) => Volatile.Read(ref Mark(slot)) == Done;

    /// <summary>Returns when the copies of a slot are over.</summary>
    public void Await(int slot)
    {
        if (SpinWait.SpinUntil(() => IsFree(slot), Timeout))
        {
            return;
        }

        // A device that has failed writes no mark; waiting for all its orders tells of the failure.
        _ = DeviceClock.Now(device);
        if (!IsFree(slot))
        {
            throw new InvalidOperationException($"{device} has not copied what it was told to copy");
        }
    }

    public void Dispose()
    {
        marks.Dispose();
        done.Dispose();
    }

    private ref long Mark(int slot) => ref ((long*)marks.Start)[slot];
}

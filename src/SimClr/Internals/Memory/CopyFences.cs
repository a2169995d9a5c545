using static TorchSharp.torch;

namespace SimClr.Internals;

/// <summary>
/// Detects when copies between host memory and a device are complete, so that the memory may be written or read. A
/// device executes its commands in order: the host queues, after each copy, a write of a mark into host memory, and
/// checks for that mark.
/// </summary>
internal sealed unsafe class CopyFences : IDisposable
{
    private const long Done = 1;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    private readonly Device device;
    private readonly HostBuffer marks;
    private readonly Tensor done;

    /// <param name="slots">The number of memory slots.</param>
    /// <param name="device">The device that copies.</param>
    public CopyFences(int slots, Device device)
    {
        this.device = device;
        marks = new HostBuffer([slots, 1], ScalarType.Int64, device);
        new Span<long>(marks.Start, slots).Fill(Done);
        done = ones(1, ScalarType.Int64, device).DetachFromDisposeScope();
    }

    /// <summary>Queues copies from or to the memory of a slot, followed by a mark.</summary>
    public T Order<T>(int slot, Func<T> copies)
    {
        Volatile.Write(ref Mark(slot), 0);
        T copied = copies();
        using Tensor mark = marks.Values[slot];
        mark.copy_(done, nonBlocking: device.type == TorchSharp.DeviceType.CUDA);
        return copied;
    }

    /// <summary>Whether the copies of a slot are complete.</summary>
    public bool IsFree(int slot) => Volatile.Read(ref Mark(slot)) == Done;

    /// <summary>Waits until the copies of a slot are complete.</summary>
    public void Await(int slot)
    {
        if (SpinWait.SpinUntil(() => IsFree(slot), Timeout))
        {
            return;
        }

        // A device that has failed writes no mark; waiting for all its work reports the failure.
        _ = DeviceClock.Now(device);
        if (!IsFree(slot))
        {
            throw new InvalidOperationException($"{device} did not complete a copy");
        }
    }

    public void Dispose()
    {
        marks.Dispose();
        done.Dispose();
    }

    private ref long Mark(int slot) => ref ((long*)marks.Start)[slot];
}

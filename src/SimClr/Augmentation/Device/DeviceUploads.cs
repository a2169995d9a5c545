using SimClr.Internals;
using static TorchSharp.torch;

namespace SimClr.Augmentation;

/// <summary>
/// Copies host arrays to a device from reused memory: asynchronously from pinned memory for a GPU.
/// </summary>
/// <param name="type">The type of the numbers.</param>
/// <param name="device">The target device.</param>
internal sealed unsafe class DeviceUploads(ScalarType type, Device device) : IDisposable
{
    // While the device copies from one slot, the next is filled.
    private const int Slots = 3;

    private readonly HostBuffer?[] buffers = new HostBuffer?[Slots];
    private readonly CopyFences marks = new(Slots, device);
    private int next;

    /// <summary>The number of copies made.</summary>
    public long Count { get; private set; }

    /// <summary>Returns memory for this many numbers, to be filled before <see cref="Send"/>.</summary>
    /// <typeparam name="T">The C# type of the numbers.</typeparam>
    public Span<T> Fill<T>(int count)
        where T : unmanaged
    {
        marks.Await(next);
        if (buffers[next] is not { } buffer || buffer.Values.shape[0] < count)
        {
            buffers[next]?.Dispose();
            buffers[next] = buffer = new HostBuffer([count, 1], type, device);
        }

        return new Span<T>(buffer.Start, count);
    }

    /// <summary>Sends the first of the numbers written to that memory.</summary>
    /// <returns>[count], owned by the current dispose scope.</returns>
    public Tensor Send(int count)
    {
        Tensor own = buffers[next]!.Values;
        Tensor sent = marks.Order(next, () => own.narrow(0, 0, count).squeeze(1).to(
            device, copy: true, non_blocking: device.type == TorchSharp.DeviceType.CUDA));
        next = (next + 1) % Slots;
        Count++;
        return sent;
    }

    public void Dispose()
    {
        foreach (HostBuffer? buffer in buffers)
        {
            buffer?.Dispose();
        }

        marks.Dispose();
    }
}

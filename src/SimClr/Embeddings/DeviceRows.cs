using SimClr.Internals;
using static TorchSharp.torch;

namespace SimClr.Embeddings;

/// <summary>
/// Reads rows back from where they are computed: those of one batch while the next is being computed. On a GPU nothing waits
/// until they are asked for.
/// </summary>
/// <param name="device">Where they are computed.</param>
internal sealed unsafe class DeviceRows(Device device) : IDisposable
{
    /// <summary>Batches that may be started before the first is read.</summary>
    public const int Ahead = 1;

    private readonly HostBuffer?[] buffers = new HostBuffer?[1 + Ahead];
    private readonly CopyFences marks = new(1 + Ahead, device);
    private int next;

    /// <summary>Orders that rows are copied to the host.</summary>
    /// <param name="rows">[N, dimension] of float32, contiguous; needed no more when this returns.</param>
    /// <returns>Waits for them, and gives N · dimension numbers; to be called before the next but one is started.</returns>
    public Func<float[]> Start(Tensor rows)
    {
        int slot = next;
        next = (next + 1) % buffers.Length;
        (long count, long dimension) = (rows.shape[0], rows.shape[1]);
        if (buffers[slot] is not { } buffer || buffer.Values.shape[0] < count || buffer.Values.shape[1] != dimension)
        {
            buffers[slot]?.Dispose();
            buffers[slot] = buffer = new HostBuffer([count, dimension], ScalarType.Float32, device);
        }

        marks.Order(slot, () =>
        {
            using Tensor own = buffer.Values.narrow(0, 0, count);
            own.copy_(rows, nonBlocking: device.type == TorchSharp.DeviceType.CUDA);
            return true;
        });
        return () =>
        {
            marks.Await(slot);
            return new Span<float>(buffer.Start, checked((int)(count * dimension))).ToArray();
        };
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

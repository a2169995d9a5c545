using SimClr.Internals;
using static TorchSharp.torch;

namespace SimClr.Embeddings;

/// <summary>
/// A reader of computed rows that copies those of one batch to the host while the next is computed. On a GPU, nothing
/// waits until the rows are requested.
/// </summary>
/// <param name="device">The device that computes the rows.</param>
internal sealed unsafe class DeviceRows(Device device) : IDisposable
{
    /// <summary>The number of batches that may be started before the first is read.</summary>
    public const int Ahead = 1;

    private readonly HostBuffer?[] buffers = new HostBuffer?[1 + Ahead];
    private readonly CopyFences marks = new(1 + Ahead, device);
    private int next;

    /// <summary>Starts copying rows to the host.</summary>
    /// <param name="rows">[N, dimension], float32, contiguous. Not needed after this returns.</param>
    /// <returns>
    /// A function that waits for the copy and returns N · dimension values. Call it before starting the batch after the
    /// next.
    /// </returns>
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

using static TorchSharp.torch;

namespace SimClr.Internals;

/// <summary>
/// Preallocated tensors whose memory other threads fill with height × width × channel pixels in the final precision.
/// Each is returned as [N, 3, H, W] in channels-last order, with the numbers of its images: without a copy on the CPU,
/// copied asynchronously from pinned memory to a GPU. The tensors never leave the thread that owns the ring.
/// </summary>
internal sealed unsafe class PixelRing : IDisposable
{
    private readonly HostBuffer[] pixels;
    private readonly HostBuffer[] numbers;
    private readonly CopyFences? marks;
    private readonly Device device;

    /// <param name="images">The maximum number of images per slot.</param>
    /// <param name="size">Side of the images in pixels.</param>
    /// <param name="device">The device that uses the images.</param>
    /// <param name="type">float32 or bfloat16.</param>
    /// <param name="slots">The number of slots: the one in use and those filled ahead. Default: 3.</param>
    /// <param name="uploads">
    /// Whether images are copied asynchronously; null to do so if the device can. Default: null.
    /// </param>
    public PixelRing(int images, int size, string device, ScalarType type, int slots = 3, bool? uploads = null)
    {
        this.device = TorchSharp.torch.device(device);
        pixels = [.. Enumerable.Range(0, slots)
            .Select(_ => new HostBuffer([images, size, size, 3], type, this.device))];
        numbers = [.. Enumerable.Range(0, slots)
            .Select(_ => new HostBuffer([images, 1], ScalarType.Int64, this.device))];
        Memory = [.. pixels.Select(
            slot => new PixelMemory(slot.Start, images, 3 * size * size, type == ScalarType.BFloat16))];
        if (uploads ?? this.device.type == TorchSharp.DeviceType.CUDA)
        {
            marks = new CopyFences(slots, this.device);
        }
    }

    /// <summary>The memory of each slot, writable by any thread while the slot is not in use.</summary>
    public IReadOnlyList<PixelMemory> Memory { get; }

    /// <summary>
    /// Returns the first images of a slot as a tensor, which is valid until the slot is filled again.
    /// </summary>
    public Tensor Take(int slot, int images)
        => Upload(slot, () => SendToDevice(pixels[slot], images).permute(0, 3, 1, 2));

    /// <summary>Returns the first images of a slot and their numbers, [N] of int64.</summary>
    /// <param name="slot">The slot.</param>
    /// <param name="indices">The number of each image in the slot.</param>
    public (Tensor Pixels, Tensor Numbers) Take(int slot, ReadOnlySpan<int> indices)
    {
        int images = indices.Length;
        Write(slot, indices);
        return Upload(slot, () => (
            SendToDevice(pixels[slot], images).permute(0, 3, 1, 2), SendToDevice(numbers[slot], images).squeeze(1)));
    }

    /// <summary>Returns only the numbers of the images, [N] of int64.</summary>
    public Tensor TakeNumbers(int slot, ReadOnlySpan<int> indices)
    {
        int images = indices.Length;
        Write(slot, indices);
        return Upload(slot, () => SendToDevice(numbers[slot], images).squeeze(1));
    }

    /// <summary>Waits until a slot that was taken may be filled again.</summary>
    public void Await(int slot) => marks?.Await(slot);

    public void Dispose()
    {
        foreach (HostBuffer buffer in pixels.Concat(numbers))
        {
            buffer.Dispose();
        }

        marks?.Dispose();
    }

    private void Write(int slot, ReadOnlySpan<int> indices)
    {
        var into = new Span<long>(numbers[slot].Start, indices.Length);
        for (int i = 0; i < into.Length; i++)
        {
            into[i] = indices[i];
        }
    }

    private T Upload<T>(int slot, Func<T> copies) => marks is null ? copies() : marks.Order(slot, copies);

    private Tensor SendToDevice(HostBuffer buffer, int images)
        => buffer.Values.narrow(0, 0, images).to(device, copy: marks is not null, non_blocking: marks is not null);
}

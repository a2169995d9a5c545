using TorchSharp;

namespace SimClr.Losses;

/// <summary>The block size for processing all similarities, a block of rows at a time.</summary>
internal static class SimilarityBlocks
{
    // Small enough for a core's cache, large enough for an efficient matrix product.
    private const long CpuElements = 1 << 20;

    // Each block takes some 25 kernel launches on a GPU: all views of 4,096 images are one block, of 256 MB in float32.
    private const long DeviceElements = 1 << 26;

    /// <summary>The number of rows per block.</summary>
    /// <param name="device">The device of the similarities.</param>
    /// <param name="rows">The total number of rows.</param>
    /// <param name="columns">Similarities per row.</param>
    /// <param name="elements">
    /// The maximum number of similarities held at once; null for a value that suits the device.
    /// </param>
    public static long Rows(DeviceType device, long rows, long columns, long? elements = null)
        => Math.Clamp((elements ?? (device == DeviceType.CPU ? CpuElements : DeviceElements)) / columns, 1, rows);
}

using TorchSharp;

namespace SimClr.Losses;

/// <summary>How many similarities are held at once where all of them are gone through, a block of rows at a time.</summary>
internal static class SimilarityBlocks
{
    // Few enough for a core's cache, enough for an efficient matrix product.
    private const long CpuElements = 1 << 20;

    // A block is some 25 operations, each of which a GPU has to be told: all views of 4,096 images are one block, of 256 MB in float32.
    private const long DeviceElements = 1 << 26;

    /// <summary>Rows of a block.</summary>
    /// <param name="device">Where the similarities will lie.</param>
    /// <param name="rows">All rows.</param>
    /// <param name="columns">Similarities of a row.</param>
    /// <param name="elements">Similarities that are held at once; null for what suits the device.</param>
    public static long Rows(DeviceType device, long rows, long columns, long? elements = null)
        => Math.Clamp((elements ?? (device == DeviceType.CPU ? CpuElements : DeviceElements)) / columns, 1, rows);
}

using SimClr.Internals;

namespace SimClr.Data;

/// <summary>
/// Writes the model input for one image as <see cref="SampleWriter"/> does, but into memory in its owner's format.
/// </summary>
/// <param name="image">The decoded image.</param>
/// <param name="address">
/// The address of the image. The index is always that of the image itself, even if it replaces an unreadable one.
/// </param>
/// <param name="batch">The memory of the batch; it may be larger than the batch.</param>
internal delegate void MemoryWriter(RgbImage image, SampleAddress address, PixelMemory batch);

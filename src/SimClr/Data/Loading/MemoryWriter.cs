using SimClr.Internals;

namespace SimClr.Data;

/// <summary>As <see cref="SampleWriter"/>, in whatever form the owner of the memory wants.</summary>
/// <param name="image">The decoded image.</param>
/// <param name="address">Its place; the index is that of the image itself, also where it stands in for another.</param>
/// <param name="batch">The memory of the batch, which may be longer.</param>
internal delegate void MemoryWriter(RgbImage image, SampleAddress address, PixelMemory batch);

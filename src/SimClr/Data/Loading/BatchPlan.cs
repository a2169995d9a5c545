using SimClr.Internals;

namespace SimClr.Data;

/// <summary>A batch to load: its epoch and the indices of its images.</summary>
/// <param name="Epoch">The number of the epoch, from 0.</param>
/// <param name="Indices">The indices of the images in the set, one per position.</param>
internal sealed record BatchPlan(int Epoch, int[] Indices);

/// <summary>
/// The address of an image in a batch. Together with the seed, it determines every random draw made for the image.
/// </summary>
/// <param name="Epoch">The number of the epoch, from 0.</param>
/// <param name="Index">The index of the image in the set.</param>
/// <param name="Position">The position in the batch, 0 … <paramref name="BatchSize"/> − 1.</param>
/// <param name="BatchSize">The number of images in the batch.</param>
internal readonly record struct SampleAddress(int Epoch, int Index, int Position, int BatchSize);

/// <summary>
/// Writes the model input for one image into the buffer of the whole batch, at the offsets given by its address (view v
/// at (v · BatchSize + Position) · floats per view). Called concurrently by several threads, each for a different
/// position.
/// </summary>
/// <param name="image">The decoded image.</param>
/// <param name="address">
/// The address of the image. The index is always that of the image itself, even if it replaces an unreadable one.
/// </param>
/// <param name="batch">The buffer of the batch: BatchSize · floats per image values.</param>
internal delegate void SampleWriter(RgbImage image, SampleAddress address, Span<float> batch);

/// <summary>
/// Writes the model input for one image as <see cref="SampleWriter"/> does, but into memory in its owner's format.
/// </summary>
/// <param name="image">The decoded image.</param>
/// <param name="address">
/// The address of the image. The index is always that of the image itself, even if it replaces an unreadable one.
/// </param>
/// <param name="batch">The memory of the batch; it may be larger than the batch.</param>
internal delegate void MemoryWriter(RgbImage image, SampleAddress address, PixelMemory batch);

namespace SimClr.Data;

/// <summary>A batch to load: the epoch it belongs to and the indices of its images.</summary>
/// <param name="Epoch">Number of the epoch, from 0.</param>
/// <param name="Indices">Indices into the set, one per position.</param>
internal sealed record BatchPlan(int Epoch, int[] Indices);

/// <summary>What an image in a batch is addressed by; with the seed it fixes every random draw made for it.</summary>
/// <param name="Epoch">Number of the epoch, from 0.</param>
/// <param name="Index">Index of the image in the set.</param>
/// <param name="Position">Place in the batch, 0 … <paramref name="BatchSize"/> − 1.</param>
/// <param name="BatchSize">Images in the batch.</param>
internal readonly record struct SampleAddress(int Epoch, int Index, int Position, int BatchSize);

/// <summary>
/// Writes what a model sees of one image into the buffer of the whole batch, at the offsets that follow from the
/// address (view v at (v · BatchSize + Position) · floats per view). Called by several threads at once, each for
/// another position.
/// </summary>
/// <param name="image">The decoded image.</param>
/// <param name="address">Its place; the index is that of the image itself, also where it stands in for another.</param>
/// <param name="batch">BatchSize · floats per image values.</param>
internal delegate void SampleWriter(RgbImage image, SampleAddress address, Span<float> batch);

namespace SimClr.Embeddings;

/// <summary>What one batch of images left.</summary>
/// <param name="Next">The index, in the set, of the first image behind the batch.</param>
/// <param name="Rows">Indices of its readable images, in order.</param>
/// <param name="Sizes">Width and height of each.</param>
/// <param name="Values">Their rows, one after another.</param>
internal sealed record EmbeddedBlock(int Next, int[] Rows, (int Width, int Height)[] Sizes, float[] Values);

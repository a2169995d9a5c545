namespace SimClr.Embeddings;

/// <summary>The embeddings of one batch of images.</summary>
/// <param name="Next">The index in the set of the first image after the batch.</param>
/// <param name="Rows">The indices of the readable images, in order.</param>
/// <param name="Sizes">The width and height of each readable image as decoded, in pixels.</param>
/// <param name="Values">The rows, concatenated.</param>
internal sealed record EmbeddedBlock(int Next, int[] Rows, (int Width, int Height)[] Sizes, float[] Values);

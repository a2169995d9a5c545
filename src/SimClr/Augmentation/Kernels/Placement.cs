namespace SimClr.Augmentation;

/// <summary>
/// The source of a view's pixels: a box of the image, resized, and a square window of the result.
/// </summary>
/// <param name="Box">The crop, within the image.</param>
/// <param name="Height">
/// Rows of the resized box; may exceed the maximum array length if a long image is fitted by its short side.
/// </param>
/// <param name="Width">Columns of the resized box.</param>
/// <param name="Top">First row of the window.</param>
/// <param name="Left">First column of the window.</param>
internal readonly record struct Placement(Box Box, long Height, long Width, long Top, long Left);

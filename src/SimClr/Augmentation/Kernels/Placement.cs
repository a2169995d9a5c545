namespace SimClr.Augmentation;

/// <summary>Where the pixels of a view come from: a box of the image, resized, and a square window of the result.</summary>
/// <param name="Box">What is cut out, within the image.</param>
/// <param name="Height">Rows of the resized box; more than an array holds where a long image is fitted by its short side.</param>
/// <param name="Width">Columns of the resized box.</param>
/// <param name="Top">First row of the window.</param>
/// <param name="Left">First column of the window.</param>
internal readonly record struct Placement(Box Box, long Height, long Width, long Top, long Left);

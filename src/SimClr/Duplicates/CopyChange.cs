namespace SimClr.Duplicates;

/// <summary>The ways in which <see cref="CopyThreshold"/> changes an image to make a copy of it.</summary>
public enum CopyChange
{
    /// <summary>5 to 15% cut off the width and the height, anywhere.</summary>
    Crop,

    /// <summary>Scaled to 30 to 75% of its size, to at most 1,024 pixels of the short side.</summary>
    Scale,

    /// <summary>Compressed as JPEG of quality 20 to 80.</summary>
    Recompress,

    /// <summary>
    /// Contrast times 0.8 to 1.25, each channel times 0.9 to 1.1, brightness ±25 of 255, and JPEG of quality 95.
    /// </summary>
    Recolor,
}

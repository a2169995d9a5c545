namespace SimClr.Data;

/// <summary>A part of a published image set. Not every set has every part.</summary>
public enum DataSplit
{
    /// <summary>Images to learn from.</summary>
    Train,

    /// <summary>Images by which settings are chosen.</summary>
    Validation,

    /// <summary>Images to test on.</summary>
    Test,

    /// <summary>Images without labels, to pre-train on (STL-10).</summary>
    Unlabeled,
}

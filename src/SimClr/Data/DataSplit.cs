namespace SimClr.Data;

/// <summary>The parts of a published image set. Not every set has every part.</summary>
public enum DataSplit
{
    /// <summary>Images for training.</summary>
    Train,

    /// <summary>Images for choosing settings.</summary>
    Validation,

    /// <summary>Images for testing.</summary>
    Test,

    /// <summary>Images without labels, for pre-training (STL-10).</summary>
    Unlabeled,
}

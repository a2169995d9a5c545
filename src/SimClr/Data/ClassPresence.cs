namespace SimClr.Data;

/// <summary>What is known of a class in an image that may have several, marked as in the lists of PASCAL VOC.</summary>
internal static class ClassPresence
{
    /// <summary>The image has it.</summary>
    public const sbyte Present = 1;

    /// <summary>The image does not have it.</summary>
    public const sbyte Absent = -1;

    /// <summary>Too hard to tell: what is predicted counts neither as right nor as wrong.</summary>
    public const sbyte Unclear = 0;
}

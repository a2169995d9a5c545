namespace SimClr.Classification;

/// <summary>A linear layer on the rows of an encoder, and how the rows are made.</summary>
/// <param name="ClassNames">The names of the classes, by number.</param>
/// <param name="Weights">classes · dimension numbers, class by class.</param>
/// <param name="Biases">One number per class; −∞ for a class that was not learned.</param>
internal sealed record LinearHead(IReadOnlyList<string> ClassNames, float[] Weights, float[] Biases)
{
    /// <summary>Whether rows are divided by their length.</summary>
    public bool Normalized { get; init; }

    /// <summary>Whether images are preprocessed as for transfer by linear evaluation.</summary>
    public bool ForTransfer { get; init; }
}

using SimClr.Internals;

namespace SimClr.Augmentation;

/// <summary>
/// The random draws of AutoAugment: one of 25 pairs of steps, and for each step whether it is applied.
/// </summary>
/// <param name="Pair">The index of the pair, 0 to 24.</param>
/// <param name="First">Whether the first step is applied.</param>
/// <param name="Second">Whether the second step is applied.</param>
/// <param name="FirstIsNegative">Whether the amount of the first step is negative, if it has a sign.</param>
/// <param name="SecondIsNegative">Whether the amount of the second step is negative, if it has a sign.</param>
public readonly record struct AutoAugmentDraws(
    int Pair, bool First, bool Second, bool FirstIsNegative, bool SecondIsNegative)
{
    /// <summary>Draws a pair of steps uniformly, and each step with its probability.</summary>
    internal static AutoAugmentDraws Draw(AutoAugmentPolicy policy, ref RandomStream stream)
    {
        int pair = stream.NextInt(AutoAugmentPairs.Count);
        (PolicyStep first, PolicyStep second) = AutoAugmentPairs.At(policy, pair);
        return new AutoAugmentDraws(
            pair,
            stream.Chance(first.Probability),
            stream.Chance(second.Probability),
            stream.Chance(0.5),
            stream.Chance(0.5));
    }
}

namespace SimClr.Evaluation;

/// <summary>
/// The decisions of two evaluations on the same multi-label images. A class counts as predicted if its score is above
/// 0, which is a probability above one half.
/// </summary>
/// <param name="Decisions">The number of classes that count for each image: those marked present or absent.</param>
/// <param name="A">The number of them that the first decides correctly.</param>
/// <param name="B">The number of them that the second decides correctly.</param>
/// <param name="OnlyA">The number of decisions, over all images, that only the first makes correctly.</param>
/// <param name="OnlyB">The number of decisions that only the second makes correctly.</param>
public sealed record MultiLabelPair(int[] Decisions, int[] A, int[] B, int OnlyA, int OnlyB)
{
    /// <summary>Pairs the scores by image (as <see cref="PredictionPair.Match"/> does) and by class.</summary>
    /// <param name="a">The scores of the first evaluation.</param>
    /// <param name="b">The scores of the second evaluation.</param>
    /// <param name="nameA">The name of the first in messages.</param>
    /// <param name="nameB">The name of the second in messages.</param>
    /// <exception cref="DataException">
    /// The scores cover different images or classes, disagree about a mark, or no class counts in any image.
    /// </exception>
    public static MultiLabelPair Match(MultiLabelScores a, MultiLabelScores b, string nameA, string nameB)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        (int[] rowsA, int[] rowsB) = ImagePairs.Match(a.Paths, b.Paths, nameA, nameB);
        if (!a.ClassNames.SequenceEqual(b.ClassNames))
        {
            throw new DataException(
                $"{nameA} has the classes {string.Join(", ", a.ClassNames)} and {nameB} "
                    + $"{string.Join(", ", b.ClassNames)}; expected two evaluations on the same test images");
        }

        int classes = a.ClassNames.Count;
        int[] decisions = new int[rowsA.Length];
        int[] rightA = new int[rowsA.Length];
        int[] rightB = new int[rowsA.Length];
        (int onlyA, int onlyB) = (0, 0);
        for (int i = 0; i < rowsA.Length; i++)
        {
            for (int c = 0; c < classes; c++)
            {
                (int inA, int inB) = ((rowsA[i] * classes) + c, (rowsB[i] * classes) + c);
                int mark = a.Marks[inA];
                if (mark != b.Marks[inB])
                {
                    throw new DataException(
                        $"{a.Paths[rowsA[i]]} has the mark {mark} for the class '{a.ClassNames[c]}' in {nameA} and "
                            + $"{b.Marks[inB]} in {nameB}; expected the same marks in both");
                }

                if (mark != 0)
                {
                    (bool first, bool second) = (a.Scores[inA] > 0 == mark > 0, b.Scores[inB] > 0 == mark > 0);
                    decisions[i]++;
                    rightA[i] += first ? 1 : 0;
                    rightB[i] += second ? 1 : 0;
                    onlyA += first && !second ? 1 : 0;
                    onlyB += second && !first ? 1 : 0;
                }
            }
        }

        return decisions.Any(count => count > 0)
            ? new MultiLabelPair(decisions, rightA, rightB, onlyA, onlyB)
            : throw new DataException($"{nameA} and {nameB}: no class counts in any image, so there is no accuracy");
    }
}

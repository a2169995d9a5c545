using System.Globalization;
using SimClr.Internals;

namespace SimClr.Data;

/// <summary>
/// The training, validation and test images of a set of the transfer suite (paper, Appendix B.8). Validation uses the
/// official part if there is one, else images held out of the training images, balanced over the classes. The paper
/// does not say how many it holds out; here it is a tenth of sets with more than 20,000 training images, and a fifth of
/// smaller ones.
/// </summary>
public sealed class TransferSplits : IDisposable
{
    private const int LargeSet = 20_000;

    private readonly ImageDataSet[] opened;

    private TransferSplits(TransferSet set, ImageDataSet[] opened, ImageDataSet train, ImageDataSet validation)
    {
        this.opened = opened;
        (Set, Train, Validation) = (set, train, validation);
    }

    /// <summary>The description of the set.</summary>
    public TransferSet Set { get; }

    /// <summary>The images for training.</summary>
    public ImageDataSet Train { get; }

    /// <summary>The images for choosing hyperparameters.</summary>
    public ImageDataSet Validation { get; }

    /// <summary>The images for testing; nothing is chosen with them.</summary>
    public ImageDataSet Test => opened[^1];

    /// <summary>Whether images are missing, so that the result is not comparable with the paper's.</summary>
    public bool IsPartial => Differences(Set, opened).Any();

    /// <summary>Opens a set and checks that it is complete.</summary>
    /// <param name="set">The expected set.</param>
    /// <param name="folder">The folder of the set.</param>
    /// <param name="options">The options for reading images.</param>
    /// <param name="seed">The seed of the draw for validation, and for training if there is no official split.</param>
    /// <param name="allowPartial">Whether images, or all images of a class, may be missing.</param>
    /// <exception cref="DataException">
    /// The layout is not as expected, the parts have different classes, or the numbers of images or classes differ from
    /// the official ones.
    /// </exception>
    public static TransferSplits Open(TransferSet set, string folder, DataOptions options, long seed, bool allowPartial)
    {
        string[] parts = set.ValidationImages > 0 ? ["train", "validation", "test"] : ["train", "test"];
        ImageDataSet[] opened =
        [
            .. parts.Select(part => DataSets.OpenSpec(
                new DataSpec($"{set.Name}:{folder}:{part}", set.Name, folder, part)
                {
                    AllowMissing = allowPartial,
                    Seed = seed,
                },
                options)),
        ];
        Check(set, folder, opened, allowPartial);
        if (opened.Length == 3)
        {
            return new TransferSplits(set, opened, opened[0], opened[1]);
        }

        (int[] train, int[] validation) = HoldOut(opened[0].RequireLabels(), seed);
        return new TransferSplits(set, opened, opened[0].Subset(train), opened[0].Subset(validation));
    }

    /// <inheritdoc/>
    public void Dispose() => Array.ForEach(opened, part => part.Dispose());

    /// <summary>
    /// Draws a share of each class, at least one image if it has two or more; the draw of a class does not depend on
    /// the others.
    /// </summary>
    /// <returns>The indices for training and for validation, both in ascending order.</returns>
    internal static (int[] Train, int[] Validation) HoldOut(IReadOnlyList<int> labels, long seed)
    {
        double share = labels.Count > LargeSet ? 0.1 : 0.2;
        var validation = new HashSet<int>();
        foreach (IGrouping<int, int> images in Enumerable.Range(0, labels.Count).GroupBy(image => labels[image]))
        {
            int[] candidates = [.. images];
            new RandomStream(seed, Purpose.Split, images.Key, b: 1).Shuffle(candidates.AsSpan());
            int count = candidates.Length > 1 ? Math.Max(1, (int)Math.Round(share * candidates.Length)) : 0;
            validation.UnionWith(candidates.AsSpan(0, count).ToArray());
        }

        return (
            [.. Enumerable.Range(0, labels.Count).Where(image => !validation.Contains(image))],
            [.. validation.Order()]);
    }

    private static void Check(TransferSet set, string folder, ImageDataSet[] opened, bool allowPartial)
    {
        ImageDataSet? other = opened.FirstOrDefault(part => !ClassesOf(part).SequenceEqual(ClassesOf(opened[0])));
        if (other is not null)
        {
            throw new DataException(
                $"{set.Title}: got {ClassesOf(other).Count} classes in '{other.Name}' and {ClassesOf(opened[0]).Count} "
                    + $"in '{opened[0].Name}', expected {set.Classes}, the same in each part");
        }

        string differences = string.Join("; ", Differences(set, opened));
        if (differences.Length > 0 && !allowPartial)
        {
            throw new DataException(
                $"{set.Title} in {Path.GetFullPath(folder)} is incomplete: "
                    + $"{differences}. Get the rest from {set.Source}, or pass allowPartial to evaluate the images "
                    + "that are present; the result is then marked");
        }
    }

    private static IReadOnlyList<string> ClassesOf(ImageDataSet part) => part.ClassNames ?? [];

    private static IEnumerable<string> Differences(TransferSet set, ImageDataSet[] opened)
    {
        (int, int, string)[] classes = [(ClassesOf(opened[0]).Count, set.Classes, "classes")];
        (string, int)[] images = opened.Length == 3
            ? [("training", set.TrainImages), ("validation", set.ValidationImages), ("test", set.TestImages)]
            : [("training", set.TrainImages), ("test", set.TestImages)];
        return classes.Concat(images.Zip(
            opened, (expected, part) => (part.Count, expected.Item2, $"{expected.Item1} images")))
            .Where(count => count.Item1 != count.Item2)
            .Select(count => string.Create(
                CultureInfo.InvariantCulture, $"got {count.Item1:N0} {count.Item3}, expected {count.Item2:N0}"));
    }
}

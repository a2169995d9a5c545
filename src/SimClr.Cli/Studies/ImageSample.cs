using SimClr.Data;
using SimClr.Evaluation;
using SimClr.Internals;

namespace SimClr.Cli.Studies;

/// <summary>Random samples of a data set.</summary>
internal static class ImageSample
{
    /// <summary>
    /// Draws images without replacement: divided evenly over the classes if the set has labels, otherwise any.
    /// </summary>
    /// <param name="images">The images; not disposed with the result.</param>
    /// <param name="count">The number of images, from 1 to that of the set.</param>
    /// <param name="seed">The seed of the draw. Default: 0.</param>
    /// <returns>The sample, in the order of the set.</returns>
    /// <exception cref="ConfigurationException">The set has fewer images.</exception>
    public static ImageDataSet Draw(ImageDataSet images, int count, long seed = 0)
    {
        ArgumentNullException.ThrowIfNull(images);
        if (count < 1 || count > images.Count)
        {
            throw new ConfigurationException(
                $"got a sample of {count} images, expected from 1 to {images.Count}, the number in {images.Name}");
        }

        if (images.Labels is { } labels)
        {
            return images.Subset(LabelSubset.Fraction(labels, (double)count / images.Count, seed));
        }

        int[] rows = [.. Enumerable.Range(0, images.Count)];
        new RandomStream(seed, Purpose.Sample, -2).Shuffle(rows.AsSpan());
        return images.Subset([.. rows.Take(count).Order()]);
    }
}

using System.Numerics;
using SimClr.Internals;

namespace SimClr.Evaluation;

/// <summary>
/// The paper's test of whether two models differ (Appendix B.8). It exchanges the predictions of the two at random,
/// image by image, and returns the share of exchanges whose difference is at least as large in magnitude as the
/// observed one. Only images that exactly one model classified correctly matter, so the number of them that an exchange
/// gives to the first is the number of ones among as many random bits. For accuracies this is the sign test (McNemar's
/// exact test), within sampling error. Images of several classes are compared by the accuracy of all their decisions.
/// </summary>
public static class PermutationTest
{
    /// <summary>The number of exchanges in the paper.</summary>
    public const int DefaultSamples = 100_000;

    private const int SamplesPerStream = 1000;

    /// <summary>Compares two outcomes on the same images.</summary>
    /// <param name="a">The first outcome.</param>
    /// <param name="b">The second outcome.</param>
    /// <param name="samples">The number of random exchanges, above 0. Default: 100,000.</param>
    /// <param name="seed">The seed of the exchanges and of the interval's resamples. Default: 0.</param>
    /// <exception cref="DataException">The outcomes cover different images or disagree about a label.</exception>
    public static ModelComparison Compare(
        EvaluationOutcome a, EvaluationOutcome b, int samples = DefaultSamples, long seed = 0)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        return Compare(
            PredictionPair.Match(PredictionsFile.Rows(a), PredictionsFile.Rows(b), "the first", "the second"),
            samples,
            seed);
    }

    /// <summary>Compares two matched sets of predictions.</summary>
    /// <param name="pair">The predictions.</param>
    /// <param name="samples">The number of random exchanges, above 0.</param>
    /// <param name="seed">The seed of the exchanges.</param>
    /// <param name="cancellation">Cancellation token, checked between exchanges.</param>
    public static ModelComparison Compare(
        PredictionPair pair, int samples, long seed, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(samples);
        ClassCounts[] classes = [.. Enumerable.Range(0, pair.Labels.Length)
            .GroupBy(i => pair.Labels[i])
            .Select(rows => new ClassCounts(
                rows.Count(), rows.Count(i => pair.A[i] && !pair.B[i]), rows.Count(i => pair.B[i] && !pair.A[i])))];
        (double accuracy, double perClass) = Shares(classes, samples, seed, cancellation);
        int both = pair.A.Zip(pair.B).Count(rights => rights.First && rights.Second);
        (int onlyA, int onlyB) = (classes.Sum(c => c.OnlyA), classes.Sum(c => c.OnlyB));
        return new ModelComparison(both, onlyA, onlyB, pair.A.Length - both - onlyA - onlyB)
        {
            DifferenceInterval = IntervalOf(pair, seed),
            PValue = accuracy,
            MeanPerClassDifference = classes.Average(c => (double)(c.OnlyA - c.OnlyB) / c.Images),
            MeanPerClassPValue = perClass,
            Samples = samples,
        };
    }

    /// <summary>
    /// Compares two evaluations on multi-label images by accuracy. Average precision is no mean over images, so the
    /// paper tests VOC 2007 by accuracy. All decisions about an image are exchanged together.
    /// </summary>
    /// <param name="pair">The decisions.</param>
    /// <param name="samples">The number of random exchanges, above 0.</param>
    /// <param name="seed">The seed of the exchanges.</param>
    /// <param name="cancellation">Cancellation token, checked between exchanges.</param>
    public static MultiLabelComparison Compare(
        MultiLabelPair pair, int samples, long seed, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(pair);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(samples);

        // The images of one size of the difference d contribute d · (2 · ones − images) to an exchange.
        int[] gains = [.. pair.A.Zip(pair.B, (a, b) => a - b)];
        (int Size, int Images)[] sizes =
            [.. gains.Where(gain => gain != 0).CountBy(Math.Abs).OrderBy(size => size.Key)
                .Select(size => (size.Key, size.Value))];
        long observed = Math.Abs(gains.Sum(gain => (long)gain));
        int decisions = pair.Decisions.Sum();
        long asLarge = 1 + CountExchanges(samples, seed, IsAsLarge, cancellation);
        return new MultiLabelComparison(gains.Length, decisions, pair.OnlyA, pair.OnlyB)
        {
            AccuracyA = (double)pair.A.Sum() / decisions,
            AccuracyB = (double)pair.B.Sum() / decisions,
            DifferenceInterval = IntervalOf(gains, pair.Decisions, seed),
            PValue = asLarge / (samples + 1.0),
            Samples = samples,
        };

        bool IsAsLarge(ref RandomStream stream)
        {
            long difference = 0;
            foreach ((int size, int images) in sizes)
            {
                difference += size * ((2L * Ones(images, ref stream)) - images);
            }

            return Math.Abs(difference) >= observed;
        }
    }

    private delegate bool Exchanged(ref RandomStream stream);

    private static long CountExchanges(int samples, long seed, Exchanged asLarge, CancellationToken cancellation)
    {
        long count = 0;
        int blocks = ((samples - 1) / SamplesPerStream) + 1;
        Parallel.For(0, blocks, new ParallelOptions { CancellationToken = cancellation }, block =>
        {
            var stream = new RandomStream(seed, Purpose.Permutation, block);
            int found = 0;
            for (int i = Math.Min(SamplesPerStream, samples - (block * SamplesPerStream)); i > 0; i--)
            {
                found += asLarge(ref stream) ? 1 : 0;
            }

            Interlocked.Add(ref count, found);
        });
        return count;
    }

    // The observed arrangement is itself one that chance can produce. It is counted, so no share is 0.
    private static (double Accuracy, double PerClass) Shares(
        ClassCounts[] classes, int samples, long seed, CancellationToken cancellation)
    {
        long observed = Math.Abs(classes.Sum(c => (long)c.OnlyA - c.OnlyB));
        double observedPerClass = Math.Abs(classes.Sum(c => (double)(c.OnlyA - c.OnlyB) / c.Images));
        ClassCounts[] differing = [.. classes.Where(c => c.OnlyA + c.OnlyB > 0)];
        (long accuracy, long perClass) = (1, 1);
        int blocks = ((samples - 1) / SamplesPerStream) + 1;
        Parallel.For(0, blocks, new ParallelOptions { CancellationToken = cancellation }, block =>
        {
            var stream = new RandomStream(seed, Purpose.Permutation, block);
            (int asLarge, int asLargePerClass) = (0, 0);
            for (int i = Math.Min(SamplesPerStream, samples - (block * SamplesPerStream)); i > 0; i--)
            {
                (long difference, double mean) = Exchange(differing, ref stream);
                asLarge += Math.Abs(difference) >= observed ? 1 : 0;

                // Sums of fractions: equal values may differ by rounding.
                asLargePerClass += Math.Abs(mean) >= observedPerClass - 1e-9 ? 1 : 0;
            }

            Interlocked.Add(ref accuracy, asLarge);
            Interlocked.Add(ref perClass, asLargePerClass);
        });
        return (accuracy / (samples + 1.0), perClass / (samples + 1.0));
    }

    private static (long Difference, double PerClass) Exchange(ClassCounts[] classes, ref RandomStream stream)
    {
        (long difference, double perClass) = (0, 0);
        foreach (ClassCounts counts in classes)
        {
            int differing = counts.OnlyA + counts.OnlyB;
            int toA = Ones(differing, ref stream);
            difference += (2 * toA) - differing;
            perClass += (double)((2 * toA) - differing) / counts.Images;
        }

        return (difference, perClass);
    }

    /// <summary>The number of ones among as many random bits.</summary>
    private static int Ones(int bits, ref RandomStream stream)
    {
        int ones = 0;
        for (; bits >= 64; bits -= 64)
        {
            ones += BitOperations.PopCount(stream.NextUInt64());
        }

        return bits == 0 ? ones : ones + BitOperations.PopCount(stream.NextUInt64() >> (64 - bits));
    }

    private static Interval IntervalOf(PredictionPair pair, long seed) => IntervalOf(
        [.. pair.A.Zip(pair.B, (a, b) => (a ? 1 : 0) - (b ? 1 : 0))],
        [.. Enumerable.Repeat(1, pair.A.Length)],
        seed);

    // Of the sum of gains over the sum of decisions.
    private static Interval IntervalOf(int[] gain, int[] decisions, long seed)
        => Bootstrap.Intervals(gain.Length, 1, seed, (times, values) =>
        {
            (long sum, long all) = (0, 0);
            for (int i = 0; i < times.Length; i++)
            {
                sum += gain[i] * times[i];
                all += decisions[i] * times[i];
            }

            values[0] = (double)sum / Math.Max(1, all);
        })[0];

    /// <summary>The images of a class, and how many of them only one of the two classified correctly.</summary>
    private readonly record struct ClassCounts(int Images, int OnlyA, int OnlyB);
}

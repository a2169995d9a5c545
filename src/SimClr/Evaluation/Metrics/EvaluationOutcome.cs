using System.Globalization;
using SimClr.Embeddings;

namespace SimClr.Evaluation;

/// <summary>
/// A classification of test images and its measures: accuracies with 95% intervals (percentile bootstrap over the test
/// images), accuracy per class, and the confusion matrix. Every evaluation protocol returns one.
/// </summary>
public sealed class EvaluationOutcome
{
    private const int Guesses = 5;

    private readonly int[] classOf;
    private readonly bool[] first;
    private readonly bool[]? amongFive;
    private readonly Lazy<Interval[]> intervals;

    private EvaluationOutcome(
        IReadOnlyList<string> paths,
        IReadOnlyList<int> labels,
        IReadOnlyList<int> predictions,
        bool[]? amongFive,
        int classes,
        IReadOnlyList<string>? classNames,
        long seed)
    {
        Check(paths, labels, predictions, classes, classNames);
        Paths = paths;
        Labels = labels;
        Predictions = predictions;
        ClassNames = [.. Enumerable.Range(0, classes).Select(number => NameOf(number, classNames))];
        Confusion = new ConfusionMatrix(labels, predictions, classes);
        first = [.. labels.Zip(predictions, (label, prediction) => label == prediction)];
        this.amongFive = amongFive;
        classOf = [.. labels];
        intervals = new(() => Bootstrap.Intervals(labels.Count, amongFive is null ? 2 : 3, seed, Remeasure));
    }

    /// <summary>The paths of the test images.</summary>
    public IReadOnlyList<string> Paths { get; }

    /// <summary>The class of each image.</summary>
    public IReadOnlyList<int> Labels { get; }

    /// <summary>The predicted class of each image.</summary>
    public IReadOnlyList<int> Predictions { get; }

    /// <summary>The class names by number; the numbers if there are no names.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>The number of images of each class that were predicted as each class.</summary>
    public ConfusionMatrix Confusion { get; }

    /// <summary>The share of correctly classified images, 0 … 1.</summary>
    public double Top1 => Share(first);

    /// <summary>The 95% interval of <see cref="Top1"/>.</summary>
    public Interval Top1Interval => intervals.Value[0];

    /// <summary>The mean accuracy of the classes that have test images, 0 … 1.</summary>
    public double MeanPerClass => Confusion.MeanPerClass();

    /// <summary>
    /// The 95% interval of <see cref="MeanPerClass"/>; a class missing from a resample is left out of that mean.
    /// </summary>
    public Interval MeanPerClassInterval => intervals.Value[1];

    /// <summary>
    /// The share of images whose class is among the five with the highest scores, 0 … 1; null without scores.
    /// </summary>
    public double? Top5 => amongFive is null ? null : Share(amongFive);

    /// <summary>The 95% interval of <see cref="Top5"/>.</summary>
    public Interval? Top5Interval => amongFive is null ? null : intervals.Value[2];

    /// <summary>The results of each class.</summary>
    public IReadOnlyList<ClassAccuracy> PerClass => [.. ClassNames.Select((name, label) => new ClassAccuracy(
        name, Confusion.ImagesOf(label), Confusion[label, label], Confusion.PredictedAs(label)))];

    /// <summary>
    /// Whether the class of each image is among the five with the highest scores; null without scores.
    /// </summary>
    public IReadOnlyList<bool>? InTop5 => amongFive;

    /// <summary>Creates an outcome from a score per image and class: logits, votes or probabilities.</summary>
    /// <param name="paths">The paths of the test images.</param>
    /// <param name="labels">The class of each image, 0 … classes − 1.</param>
    /// <param name="scores">images · classes numbers, image by image. For ties, see <see cref="Accuracy"/>.</param>
    /// <param name="classes">The number of classes, above 0.</param>
    /// <param name="classNames">The classes by number, or null.</param>
    /// <param name="seed">The seed of the intervals' resamples. Default: 0.</param>
    /// <exception cref="ArgumentException">
    /// There are no images, the lengths do not match, or a class is out of range.
    /// </exception>
    public static EvaluationOutcome FromScores(
        IReadOnlyList<string> paths,
        IReadOnlyList<int> labels,
        ReadOnlySpan<float> scores,
        int classes,
        IReadOnlyList<string>? classNames = null,
        long seed = 0)
    {
        ArgumentNullException.ThrowIfNull(labels);
        if (scores.Length != (long)labels.Count * classes)
        {
            throw new ArgumentException(
                $"got {scores.Length} scores for {labels.Count} images, expected {classes} for each");
        }

        CheckRange(labels, classes);
        return new EvaluationOutcome(
            paths, labels, Accuracy.Predictions(scores, classes), Accuracy.InTopK(scores, classes, labels, Guesses),
            classes, classNames, seed);
    }

    /// <summary>
    /// Creates an outcome from a score per row and class of a labeled table. Classes of the table without scores are
    /// never predicted.
    /// </summary>
    /// <exception cref="DataException">The table has no labels.</exception>
    public static EvaluationOutcome FromScores(
        EmbeddingTable test, ReadOnlySpan<float> scores, int classes, long seed = 0)
    {
        ArgumentNullException.ThrowIfNull(test);
        int all = Math.Max(classes, test.Classes);
        return FromScores(
            test.Paths,
            test.RequireLabels(),
            all == classes ? scores : Widen(scores, classes, all),
            all,
            test.ClassNames,
            seed);
    }

    /// <summary>Creates an outcome from predicted classes alone, without top-5.</summary>
    /// <param name="paths">The paths of the test images.</param>
    /// <param name="labels">The class of each image, 0 … classes − 1.</param>
    /// <param name="predictions">The predicted class of each image, 0 … classes − 1.</param>
    /// <param name="classes">The number of classes, above 0.</param>
    /// <param name="classNames">The classes by number, or null.</param>
    /// <param name="seed">The seed of the intervals' resamples. Default: 0.</param>
    /// <exception cref="ArgumentException">
    /// There are no images, the lengths do not match, or a class is out of range.
    /// </exception>
    public static EvaluationOutcome FromPredictions(
        IReadOnlyList<string> paths,
        IReadOnlyList<int> labels,
        IReadOnlyList<int> predictions,
        int classes,
        IReadOnlyList<string>? classNames = null,
        long seed = 0)
        => new(paths, labels, predictions, null, classes, classNames, seed);

    /// <summary>Restores a saved outcome from the values of its properties.</summary>
    /// <inheritdoc cref="FromPredictions"/>
    public static EvaluationOutcome FromSaved(
        IReadOnlyList<string> paths,
        IReadOnlyList<int> labels,
        IReadOnlyList<int> predictions,
        IReadOnlyList<bool>? amongFive,
        IReadOnlyList<string> classNames,
        long seed)
        => amongFive is null || amongFive.Count == labels.Count
            ? new(
                paths, labels, predictions, amongFive is null ? null : [.. amongFive], classNames.Count, classNames,
                seed)
            : throw new ArgumentException(
                $"got {amongFive.Count} top-5 hits, expected one value for each of {labels.Count} images");

    private static float[] Widen(ReadOnlySpan<float> scores, int classes, int all)
    {
        float[] wide = new float[scores.Length / classes * all];
        Array.Fill(wide, float.NegativeInfinity);
        for (int row = 0; row < scores.Length / classes; row++)
        {
            scores.Slice(row * classes, classes).CopyTo(wide.AsSpan(row * all));
        }

        return wide;
    }

    private static string NameOf(int number, IReadOnlyList<string>? names)
        => number < names?.Count ? names[number] : number.ToString(CultureInfo.InvariantCulture);

    private static double Share(bool[] hits) => (double)hits.Count(hit => hit) / hits.Length;

    private static void Check(
        IReadOnlyList<string> paths,
        IReadOnlyList<int> labels,
        IReadOnlyList<int> predictions,
        int classes,
        IReadOnlyList<string>? classNames)
    {
        if (labels.Count == 0 || paths.Count != labels.Count || predictions.Count != labels.Count)
        {
            throw new ArgumentException(
                $"got {paths.Count} paths, {labels.Count} labels and {predictions.Count} predictions, expected one of "
                    + "each per image and at least one image");
        }

        if (classNames is not null && classNames.Count > classes)
        {
            throw new ArgumentException($"got {classNames.Count} class names, expected at most {classes}");
        }

        CheckRange(labels, classes);
        CheckRange(predictions, classes);
    }

    private static void CheckRange(IReadOnlyList<int> numbers, int classes)
    {
        foreach (int number in numbers)
        {
            if (number < 0 || number >= classes)
            {
                throw new ArgumentException($"got class {number}, expected 0 to {classes - 1}");
            }
        }
    }

    // All measures of one resample, in the order in which the properties read them.
    private void Remeasure(ReadOnlySpan<int> times, Span<double> values)
    {
        (int right, int five) = (0, 0);
        var images = new int[Confusion.Classes];
        var rightOf = new int[Confusion.Classes];
        for (int i = 0; i < times.Length; i++)
        {
            images[classOf[i]] += times[i];
            if (first[i])
            {
                right += times[i];
                rightOf[classOf[i]] += times[i];
            }

            five += amongFive is not null && amongFive[i] ? times[i] : 0;
        }

        values[0] = (double)right / times.Length;
        values[1] =
            Enumerable.Range(0, images.Length).Where(c => images[c] > 0).Average(c => (double)rightOf[c] / images[c]);
        if (amongFive is not null)
        {
            values[2] = (double)five / times.Length;
        }
    }
}

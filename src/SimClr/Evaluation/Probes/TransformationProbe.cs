using SimClr.Checkpoints;
using SimClr.Data;
using SimClr.Embeddings;
using SimClr.Internals;

namespace SimClr.Evaluation;

/// <summary>
/// The prediction of the transformation that was applied to a view (paper, Section 4.2 and Table 3): the better it can
/// be predicted from a representation, the more the representation keeps of it. Each image is shown in random views of
/// training (crop, flip and color distortion, without grayscale), and each view in color and gray, rotated by 0°, 90°,
/// 180° and 270°, with Gaussian noise (σ = 0.1), and after Sobel filtering; "corrupted" means the noise. The paper
/// trains MLPs; this class trains linear classifiers (logistic regression), which measure what a linear layer can read.
/// In the paper, color or gray has 80% by chance, the frequency in its views; here all kinds are equally frequent.
/// </summary>
public static class TransformationProbe
{
    private const double HeldOutShare = 0.2;

    // Seven strengths instead of the 45 for transfer: the accuracies hardly differ between neighbors.
    private static readonly double[] Strengths = [1e-3, 1e-2, 0.1, 1, 10, 100, 1000];

    /// <summary>The number of images that are embedded for each image of the sets and each view.</summary>
    public static int Renderings => Variants.Count;

    private static IReadOnlyList<ViewVariant> Variants { get; } =
        [.. ViewVariant.Transformations.SelectMany(transformation => transformation.Kinds).Distinct()];

    /// <summary>Trains a classifier for each transformation and tests it on other images.</summary>
    /// <param name="encoder">The encoder, up to the layer of interest.</param>
    /// <param name="train">
    /// The training images; labels are ignored. λ is chosen on a fifth of them, and no image is on both sides.
    /// </param>
    /// <param name="test">The test images; labels are ignored.</param>
    /// <param name="options">The number of views, and the seed.</param>
    /// <param name="data">The options for reading images.</param>
    /// <param name="progress">
    /// Receives the number of embedded images, up to views · <see cref="Renderings"/> · the images of both sets.
    /// </param>
    /// <param name="cancellation">Cancellation token, checked between batches and between steps.</param>
    /// <exception cref="DataException">
    /// Fewer than two training images are readable, or too many images are unreadable.
    /// </exception>
    public static TransformationResult Run(
        TrainedEncoder encoder,
        ImageDataSet train,
        ImageDataSet test,
        TransformationOptions? options = null,
        DataOptions? data = null,
        IProgress<int>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(test);
        options ??= new TransformationOptions();
        data ??= new DataOptions();
        int done = 0;
        (ViewTables known, int skippedTrain) = Embed(train);
        (ViewTables questions, int skippedTest) = Embed(test);
        if (known.Images < 2)
        {
            throw new DataException($"{train.Name}: got 1 readable training image, expected at least 2");
        }

        int[] order = new RandomStream(options.Seed, Purpose.Split, 1).Permutation(known.Images);
        int heldOut = Math.Max(1, (int)(HeldOutShare * known.Images));
        return new TransformationResult(
            [.. ViewVariant.Transformations.Select(transformation => Predict(
                transformation.Name, transformation.Kinds, known, questions, order[heldOut..], order[..heldOut],
                options, cancellation))],
            known.Images,
            questions.Images,
            skippedTrain + skippedTest);

        (ViewTables, int) Embed(ImageDataSet images)
        {
            var skipped = new SkippedImages(images, data);
            ImageDataSet decoded = ImageCache.Load(images, data, skipped, null, cancellation);
            var tables = new Dictionary<ViewVariant, EmbeddingTable[]>();
            foreach (ViewVariant variant in Variants)
            {
                tables[variant] = [.. Enumerable.Range(0, options.Views).Select(view =>
                {
                    int before = done;
                    EmbeddingTable table = Embedder.Embed(
                        encoder, decoded, variant.Render(encoder.Views, options.Seed, view), encoder.Views.Size, data,
                        skipped,
                        progress is null ? null : new ProgressOffset(progress, before), null, cancellation);
                    done = before + images.Count;
                    return table;
                })];
            }

            return (new ViewTables(tables), skipped.Count);
        }
    }

    private static TransformationAccuracy Predict(
        string name,
        ViewVariant[] kinds,
        ViewTables train,
        ViewTables test,
        int[] fitted,
        int[] heldOut,
        TransformationOptions options,
        CancellationToken cancellation)
    {
        LogisticSelection found = LogisticRegression.Choose(
            LogisticData.FromTable(train.Rows(kinds, fitted)),
            LogisticData.FromTable(train.Rows(kinds, heldOut)),
            new LogisticOptions { Strengths = Strengths, Tolerance = 1e-6, Seed = options.Seed },
            cancellation: cancellation);
        int[] images = [.. Enumerable.Range(0, test.Images)];
        EmbeddingTable rows = test.Rows(kinds, images);
        int[] predicted = Predictions(found.Model.Logits(LogisticData.FromTable(rows)), kinds.Length);

        // The share of right predictions for each image; the rows of a table run through the images again and again.
        double[] right = new double[images.Length];
        for (int row = 0; row < rows.Count; row++)
        {
            double share = 1.0 / (kinds.Length * options.Views);
            right[row % images.Length] += predicted[row] == rows.Labels![row] ? share : 0;
        }

        Interval interval = Bootstrap.Intervals(images.Length, 1, options.Seed, (times, values) =>
        {
            double sum = 0;
            for (int image = 0; image < times.Length; image++)
            {
                sum += times[image] * right[image];
            }

            values[0] = sum / times.Length;
        })[0];
        return new TransformationAccuracy(name, right.Average(), interval, 1.0 / kinds.Length, found.Model.L2);
    }

    private static int[] Predictions(float[] logits, int classes) => [.. logits.Chunk(classes).Select(row =>
    {
        int best = 0;
        for (int i = 1; i < classes; i++)
        {
            best = row[i] > row[best] ? i : best;
        }

        return best;
    })];

    /// <summary>The embeddings of each variant and view, whose rows are the same images.</summary>
    private sealed class ViewTables(Dictionary<ViewVariant, EmbeddingTable[]> tables)
    {
        public int Images => tables.Values.First()[0].Count;

        /// <summary>Returns the rows of some images: view by view, kind by kind, image by image.</summary>
        public EmbeddingTable Rows(ViewVariant[] kinds, int[] images)
        {
            EmbeddingTable[][] parts = [.. kinds.Select(kind => tables[kind])];
            int dimension = parts[0][0].Dimension;
            int views = parts[0].Length;
            float[] values = new float[checked(images.Length * kinds.Length * views * dimension)];
            string[] paths = new string[images.Length * kinds.Length * views];
            int[] labels = new int[paths.Length];
            int row = 0;
            for (int view = 0; view < views; view++)
            {
                for (int kind = 0; kind < kinds.Length; kind++)
                {
                    foreach (int image in images)
                    {
                        EmbeddingTable part = parts[kind][view];
                        part[image].CopyTo(values.AsSpan(row * dimension));
                        paths[row] = part.Paths[image];
                        labels[row++] = kind;
                    }
                }
            }

            var table = new EmbeddingTable(values, dimension, paths, labels);
            table.RequireFinite();
            return table;
        }
    }
}

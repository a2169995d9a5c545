using SimClr.Augmentation;
using SimClr.Checkpoints;
using SimClr.Data;
using SimClr.Embeddings;
using SimClr.Internals;
using static TorchSharp.torch;

namespace SimClr.Evaluation;

/// <summary>
/// The contrastive task (paper, Section 5.1 and Table 5): which of N candidates is the second view of an anchor's
/// image? The anchors are the first views of the images, the candidates the second views of the anchor's image and of
/// N − 1 others, both drawn as in training. Following the paper's code, similarity is that of the loss, and the entropy
/// is that of softmax(similarity / τ) over the candidates, with the natural logarithm: at most ln N, 8.3 for the
/// paper's 4,096. Unlike in training, batch norm uses its running statistics, and every image is an anchor once.
/// </summary>
public static class ContrastiveProbe
{
    private const int DefaultCandidates = 4096;
    private const int AnchorsAtOnce = 256;

    /// <summary>Measures accuracy and entropy on the images of a set.</summary>
    /// <param name="encoder">The encoder, up to the layer that the loss compares: z with a head, h without.</param>
    /// <param name="images">The images; labels are ignored.</param>
    /// <param name="options">The candidates and the similarity.</param>
    /// <param name="data">The options for reading images.</param>
    /// <param name="progress">Receives the number of embedded views, up to twice the number of images.</param>
    /// <param name="cancellation">Cancellation token, checked between batches.</param>
    /// <exception cref="DataException">
    /// There are fewer readable images than candidates, or fewer than two; or too many images are unreadable.
    /// </exception>
    public static ContrastiveResult Run(
        TrainedEncoder encoder,
        ImageDataSet images,
        ContrastiveOptions? options = null,
        DataOptions? data = null,
        IProgress<int>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        ArgumentNullException.ThrowIfNull(images);
        options ??= new ContrastiveOptions();
        data ??= new DataOptions();
        RequireEnough(options, images.Count, images.Name);
        var skipped = new SkippedImages(images, data);
        ImageDataSet decoded = ImageCache.Load(images, data, skipped, null, cancellation);
        EmbeddingTable first = View(0);
        EmbeddingTable second = View(1);
        return Measure(first, second, options, cancellation) with { SkippedImages = skipped.Count };

        EmbeddingTable View(int view) => Embedder.Embed(
            encoder, decoded, Rendering(encoder.Views, options.Seed, view), encoder.Views.Size, data,
            skipped, progress is null ? null : new ProgressOffset(progress, view * images.Count), null, cancellation);
    }

    /// <summary>Measures accuracy and entropy of two views of the same images, row by row.</summary>
    internal static ContrastiveResult Measure(
        EmbeddingTable first, EmbeddingTable second, ContrastiveOptions options, CancellationToken cancellation)
    {
        first.RequireFinite();
        second.RequireFinite();
        RequireEnough(options, first.Count, "readable images");
        int count = first.Count;
        int candidates = Math.Min(options.Candidates ?? DefaultCandidates, count);
        int[] order = new RandomStream(options.Seed, Purpose.Split, 2).Permutation(count);
        double[] right = new double[count];
        double entropy = 0;
        for (int start = 0; start < count; start += candidates)
        {
            // The last group is filled up with the first images, so that each anchor has the same number of candidates.
            int[] group = [.. Enumerable.Range(start, candidates).Select(i => order[i % count])];
            entropy += Group(first, second, group, Math.Min(candidates, count - start), options, right, cancellation);
        }

        Interval interval = Bootstrap.Intervals(count, 1, options.Seed, (times, values) =>
        {
            double sum = 0;
            for (int image = 0; image < times.Length; image++)
            {
                sum += times[image] * right[image];
            }

            values[0] = sum / times.Length;
        })[0];
        return new ContrastiveResult(right.Average(), interval, entropy / count, candidates, count, 0);
    }

    /// <summary>Writes 1 for each anchor that finds its view, and returns the sum of the entropies.</summary>
    private static double Group(
        EmbeddingTable first,
        EmbeddingTable second,
        int[] group,
        int anchors,
        ContrastiveOptions options,
        double[] right,
        CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        Tensor others = Rows(second, group, options.Normalize);   // [N, d]
        double sum = 0;
        for (int start = 0; start < anchors; start += AnchorsAtOnce)
        {
            cancellation.ThrowIfCancellationRequested();
            using var step = NewDisposeScope();
            int rows = Math.Min(AnchorsAtOnce, anchors - start);
            Tensor a = Rows(first, group[start..(start + rows)], options.Normalize);   // [n, d]
            Tensor logits = a.matmul(others.t()).div(RootedScalars.From(options.Temperature));   // [n, N]
            Tensor own = tensor([.. Enumerable.Range(start, rows).Select(i => (long)i)], [rows, 1], device: CPU);
            Tensor positive = logits.gather(1, own);
            Tensor nothing = full_like(positive, RootedScalars.From(double.NegativeInfinity));
            Tensor rivals = logits.scatter(1, own, nothing).amax([1]);
            bool[] found = [.. positive.squeeze(1).gt(rivals).data<bool>()];
            for (int i = 0; i < rows; i++)
            {
                right[group[start + i]] = found[i] ? 1 : 0;
            }

            Tensor logarithms = logits.log_softmax(1);
            sum -= logarithms.exp().mul(logarithms).sum().item<double>();
        }

        return sum;
    }

    private static ImageRenderer Rendering(ViewOptions views, long seed, int view)
    {
        var renderer = new ViewRenderer(views);
        return (image, index, destination) => renderer.Render(
            image,
            ViewParameters.Draw(views, image.Width, image.Height, seed, epoch: 0, index, view),
            destination);
    }

    private static Tensor Rows(EmbeddingTable table, int[] rows, bool normalize)
    {
        EmbeddingTable part = table.Subset(rows);
        Tensor x = tensor(part.Values, [part.Count, part.Dimension], device: CPU).to_type(float64);
        return normalize ? nn.functional.normalize(x, p: 2, dim: 1) : x;
    }

    private static void RequireEnough(ContrastiveOptions options, int images, string name)
    {
        int wanted = options.Candidates ?? 2;
        if (images < wanted)
        {
            throw new DataException(
                $"{name}: got {images} images, expected at least {wanted}, one for each candidate "
                    + "(ContrastiveOptions.Candidates)");
        }
    }
}

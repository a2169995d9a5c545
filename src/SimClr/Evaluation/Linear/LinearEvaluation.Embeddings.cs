using SimClr.Data;
using SimClr.Distributed;
using SimClr.Embeddings;
using SimClr.Internals;
using static TorchSharp.torch;

namespace SimClr.Evaluation;

/// <summary>
/// Linear evaluation on fixed embeddings: the paper's recipe (Appendix B.6) without augmentation, so each image is
/// embedded once. Two adjustments make one recipe fit all features, including raw pixels. First, the features are
/// centered and scaled to unit variance on average, by the mean and the overall deviation of the training rows. A
/// linear layer can undo that, so the expressible functions stay the same. Second, the learning rate is capped at what
/// those features allow (1 / L, where L bounds the curvature of the loss), because descent with momentum diverges above
/// it. Nothing is learned from the test rows.
/// </summary>
public static partial class LinearEvaluation
{
    // Few rows mean few steps per epoch; with fewer steps than this in total, the layer would barely leave zero.
    // Explicitly set epochs stay.
    private const int MinSteps = 1000;
    private const int PowerIterations = 30;

    /// <summary>Trains a linear layer on one table and classifies the rows of another.</summary>
    /// <param name="train">The training embeddings, with labels.</param>
    /// <param name="test">The test embeddings, with labels.</param>
    /// <param name="options">The recipe.</param>
    /// <param name="cancellation">Cancellation token, checked between steps.</param>
    /// <exception cref="DataException">
    /// Labels are missing, dimensions differ, or the tables have no class in common.
    /// </exception>
    public static LinearResult OnEmbeddings(
        EmbeddingTable train,
        EmbeddingTable test,
        LinearOptions? options = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(test);
        test = TablePair.Match(train, test);
        options ??= new LinearOptions();
        int batch = options.BatchSizeFor(train.Count);
        int epochs = options.HasExplicitEpochs
            ? options.Epochs
            : Math.Max(options.Epochs, (MinSteps / (train.Count / batch)) + 1);

        using var scope = NewDisposeScope();
        (Tensor x, Tensor y, Tensor mean, Tensor deviation) = Standardize(train, test);
        Tensor labels = tensor(train.RequireLabels().Select(label => (long)label).ToArray(), device: CPU);
        double peak = Math.Min(options.BaseRate * batch / 256, 1 / Curvature(x));
        using var trainer = new LinearTrainer(
            train.Dimension, train.ClassNames is null ? Math.Max(train.Classes, test.Classes) : train.Classes,
            train.Count, batch, epochs, peak, options, "cpu", SingleProcess.Instance);
        for (int epoch = 0; epoch < epochs; epoch++)
        {
            int[][] batches = BatchOrder.Shuffled(options.Seed, epoch, train.Count, batch);
            for (int i = 0; i < batches.Length; i++)
            {
                cancellation.ThrowIfCancellationRequested();
                using var step = NewDisposeScope();
                Tensor rows = tensor(batches[i], device: CPU).to_type(ScalarType.Int64);
                trainer.Step(
                    x.index_select(0, rows),
                    labels.index_select(0, rows),
                    epoch == epochs - 1 && i == batches.Length - 1);
            }
        }

        LinearResult result = trainer.Result(test, trainer.Logits(y), train.Count, epochs);
        return result with
        {
            Layer = result.Layer!.WithoutStandardization([.. mean.data<float>()], deviation.item<float>()),
        };
    }

    // One scale for all dimensions: per-dimension scales would inflate those that barely vary in the training rows.
    private static (Tensor Train, Tensor Test, Tensor Mean, Tensor Deviation) Standardize(
        EmbeddingTable train, EmbeddingTable test)
    {
        Tensor x = tensor(train.Values, [train.Count, train.Dimension], device: CPU);
        Tensor y = tensor(test.Values, [test.Count, test.Dimension], device: CPU);
        Tensor mean = x.mean([0], keepdim: true);
        Tensor deviation = x.sub(mean).pow(RootedScalars.Two).mean().sqrt().clamp(min: RootedScalars.From(1e-12));
        return (x.sub(mean).div(deviation), y.sub(mean).div(deviation), mean, deviation);
    }

    /// <summary>
    /// L: the curvature of softmax cross-entropy is at most half the largest eigenvalue of xᵀx / rows (and of 1, for
    /// the bias).
    /// </summary>
    private static double Curvature(Tensor x)
    {
        using var scope = NewDisposeScope();
        Tensor v = ones(x.shape[1], 1, device: x.device).div(RootedScalars.From(Math.Sqrt(x.shape[1])));
        double largest = 0;
        for (int i = 0; i < PowerIterations; i++)
        {
            Tensor next = x.t().matmul(x.matmul(v)).div(RootedScalars.From(x.shape[0]));
            largest = next.norm().item<float>();
            v = next.div(RootedScalars.From(Math.Max(largest, 1e-30)));
        }

        return 0.5 * Math.Max(1, largest);
    }
}

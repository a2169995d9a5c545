using System.Globalization;
using SimClr.Distributed;
using SimClr.Embeddings;
using SimClr.Heads;
using SimClr.Internals;
using SimClr.Optimizers;
using TorchSharp;
using static TorchSharp.torch;

namespace SimClr.Evaluation;

/// <summary>The linear layer, its optimizer and its schedule, shared by both forms of linear evaluation.</summary>
internal sealed class LinearTrainer : IDisposable
{
    private const int LossReadEverySteps = 50;

    private readonly LinearClassifier layer;
    private readonly Sgd optimizer;
    private readonly LearningRateSchedule schedule;
    private readonly ICommunicator ranks;
    private readonly Device device;
    private readonly long seed;
    private readonly int batchSize;
    private long step;

    /// <param name="dimension">The width of h.</param>
    /// <param name="classes">The number of classes.</param>
    /// <param name="images">The number of training images.</param>
    /// <param name="batchSize">The number of images per step, over all ranks.</param>
    /// <param name="epochs">The number of passes over the images.</param>
    /// <param name="peak">The learning rate of the first step.</param>
    /// <param name="options">The momentum, weight decay and seed.</param>
    /// <param name="device">The device of h.</param>
    /// <param name="ranks">The ranks that share each batch; all train the same layer.</param>
    /// <param name="type">The data type of the layer.</param>
    public LinearTrainer(
        int dimension,
        int classes,
        int images,
        int batchSize,
        int epochs,
        double peak,
        LinearOptions options,
        string device,
        ICommunicator ranks,
        ScalarType type = ScalarType.Float32)
    {
        this.device = torch.device(device);
        this.ranks = ranks;
        this.batchSize = batchSize;
        seed = options.Seed;
        layer = new LinearClassifier(dimension, classes);
        layer.to(this.device).to(type);
        optimizer = new Sgd(ParameterGroups.FromModule(layer), options.Momentum, options.WeightDecay);
        schedule = new LearningRateSchedule(images, epochs, batchSize, warmupEpochs: 0, peak);
    }

    /// <summary>The cross-entropy of the last step at which the loss was read.</summary>
    public double Loss { get; private set; }

    /// <summary>Runs one step on this rank's share of a batch, h: [n, dimension] and labels: [n].</summary>
    /// <exception cref="DivergenceException">The loss is not finite.</exception>
    public void Step(Tensor h, Tensor labels, bool last)
    {
        using var scope = NewDisposeScope();
        using var gradients = enable_grad();
        Tensor loss = nn.functional.cross_entropy(layer.forward(h), labels);
        if (h.shape[0] != batchSize)
        {
            // The mean over this rank's images times its share of the batch: the sum over the ranks is the mean over
            // all images.
            loss = loss.mul(RootedScalars.From((double)h.shape[0] / batchSize));
        }

        optimizer.ZeroGradients();
        loss.backward();
        foreach (Tensor sum in optimizer.Gradients)
        {
            ranks.AllReduce(sum);
        }

        optimizer.Step(schedule.At(step));
        if (last || step % LossReadEverySteps == 0)
        {
            Tensor total = loss.detach();
            ranks.AllReduce(total);
            Loss = total.to_type(ScalarType.Float64).item<double>();
            ThrowIfDiverged();
        }

        step++;
    }

    /// <summary>Computes the logits of h: [n, dimension].</summary>
    public float[] Logits(Tensor h)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        return layer.forward(h.to(device)).cpu().to_type(ScalarType.Float32).contiguous().data<float>().ToArray();
    }

    public LinearResult Result(EmbeddingTable test, float[] logits, int trainImages, int epochs)
    {
        var outcome = EvaluationOutcome.FromScores(test, logits, layer.Classes, seed);
        return new LinearResult(
            outcome.Top1, outcome.Top5!.Value, epochs, trainImages, test.Count, Math.Max(layer.Classes, test.Classes),
            Loss, outcome.Predictions)
        {
            Outcome = outcome,
            BatchSize = batchSize,
            Layer = Parameters(),
            Logits = logits,
        };
    }

    public void Dispose()
    {
        optimizer.Dispose();
        layer.Dispose();
    }

    private LinearWeights Parameters()
    {
        using var scope = NewDisposeScope();
        Dictionary<string, Tensor> parts = layer.named_parameters()
            .ToDictionary(part => part.name, part => (Tensor)part.parameter);
        return new LinearWeights(Values(parts["layer.weight"]), Values(parts["layer.bias"]));

        static float[] Values(Tensor part)
            => part.detach().cpu().to_type(ScalarType.Float32).contiguous().data<float>().ToArray();
    }

    private void ThrowIfDiverged()
    {
        if (!double.IsFinite(Loss))
        {
            // the loss is that of all ranks
            throw new DivergenceException(string.Create(
                CultureInfo.InvariantCulture,
                $"linear evaluation diverged: the loss at step {step} is not a finite number (learning rate "
                    + $"{schedule.At(step):G4}). Likely cause: representations with very large values; "
                    + $"try a lower base learning rate."))
                .MarkCollective();
        }
    }
}

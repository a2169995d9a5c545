using SimClr.Heads;
using static TorchSharp.torch;

namespace SimClr.Training;

/// <summary>
/// A classifier trained as a whole: an encoder, optionally the first layers of a projection head, and a linear layer.
/// </summary>
internal sealed class ClassifierModel : nn.Module<Tensor, (Tensor H, Tensor Logits)>
{
    private readonly nn.Module<Tensor, Tensor> encoder;
    private readonly FirstLayers? projection;
    private readonly LinearClassifier classifier;
    private readonly bool channelsLast;

    /// <param name="encoder">The encoder, images → h; owned by the model.</param>
    /// <param name="projection">The layers between h and the classifier, or null; owned by the model.</param>
    /// <param name="classifier">The linear layer, features → logits; owned by the model.</param>
    /// <param name="channelsLast">Whether the encoder takes its input in channels-last order.</param>
    public ClassifierModel(
        nn.Module<Tensor, Tensor> encoder, FirstLayers? projection, LinearClassifier classifier, bool channelsLast)
        : base(nameof(ClassifierModel))
    {
        this.encoder = encoder;
        this.projection = projection;
        this.classifier = classifier;
        this.channelsLast = channelsLast;
        RegisterComponents();
        Statistics = new RunningStatistics(this);
    }

    public nn.Module<Tensor, Tensor> Encoder => encoder;

    public FirstLayers? Projection => projection;

    public LinearClassifier Classifier => classifier;

    /// <summary>The running statistics of the model's batch norms.</summary>
    public RunningStatistics Statistics { get; }

    /// <summary>Maps x, [N, 3, S, S], to h, [N, r], and logits, [N, classes].</summary>
    public override (Tensor H, Tensor Logits) forward(Tensor input)
    {
        Tensor h = encoder.forward(channelsLast ? input : input.contiguous());
        return (h, Logits(h));
    }

    /// <summary>Maps h, [N, r], to logits, [N, classes].</summary>
    public Tensor Logits(Tensor h) => classifier.forward(projection is null ? h : projection.forward(h));

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Statistics.Dispose();
        }

        base.Dispose(disposing);
    }
}

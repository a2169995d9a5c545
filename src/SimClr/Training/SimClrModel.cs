using SimClr.Configuration;
using SimClr.Encoders;
using SimClr.Heads;
using SimClr.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace SimClr.Training;

/// <summary>The trained model: encoder f and projection head g.</summary>
internal sealed class SimClrModel : nn.Module<Tensor, (Tensor H, Tensor Z)>
{
    private readonly nn.Module<Tensor, Tensor> encoder;
    private readonly nn.Module<Tensor, Tensor> head;
    private readonly bool ownsEncoder;
    private readonly bool ownsHead;
    private bool channelsLast;

    private SimClrModel(
        nn.Module<Tensor, Tensor> encoder,
        nn.Module<Tensor, Tensor> head,
        int representation,
        bool ownsEncoder,
        bool ownsHead)
        : base(nameof(SimClrModel))
    {
        this.encoder = encoder;
        this.head = head;
        RepresentationSize = representation;
        this.ownsEncoder = ownsEncoder;
        this.ownsHead = ownsHead;
        RegisterComponents();
        Statistics = new RunningStatistics(this);
    }

    public nn.Module<Tensor, Tensor> Encoder => encoder;

    public nn.Module<Tensor, Tensor> Head => head;

    /// <summary>The running statistics of the model's batch norms.</summary>
    public RunningStatistics Statistics { get; }

    /// <summary>The width r of h.</summary>
    public int RepresentationSize { get; }

    /// <summary>Creates the configured model on a device, with weights in channels-last order.</summary>
    /// <param name="options">The options of encoder, head, image size and seed.</param>
    /// <param name="device">cpu, cuda:N or mps.</param>
    /// <param name="customEncoder">A custom encoder, [N, 3, S, S] → [N, r], or null.</param>
    /// <param name="customHead">A custom head, [N, r] → [N, d], or null.</param>
    public static SimClrModel Create(
        PretrainOptions options,
        string device,
        nn.Module<Tensor, Tensor>? customEncoder,
        nn.Module<Tensor, Tensor>? customHead = null)
    {
        nn.Module<Tensor, Tensor> encoder = customEncoder
            ?? EncoderCatalog.Create(options.Encoder, options.Views.Size, options.Seed);
        int representation = encoder is ResNet resnet
            ? resnet.RepresentationSize
            : MeasureRepresentation(encoder, options.Views.Size);
        nn.Module<Tensor, Tensor> head = customHead ?? new ProjectionHead(options.Head, representation, options.Seed);
        var model = new SimClrModel(encoder, head, representation, customEncoder is null, customHead is null);

        // Calling "to" on the model would not move an encoder that had been moved before.
        encoder.to(torch.device(device));
        model.head.to(torch.device(device));
        model.channelsLast = ChannelsLast.Convert(model);
        return model;
    }

    /// <summary>
    /// Maps both views of N images, [2N, 3, S, S], to h, [2N, r], and z, [2N, d]. One batch, so that batch norm sees
    /// both views.
    /// </summary>
    public override (Tensor H, Tensor Z) forward(Tensor input)
    {
        Tensor h = encoder.forward(channelsLast ? input : input.contiguous());
        return (h, head.forward(h));
    }

    /// <summary>Disposes the parts that are not custom.</summary>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Statistics.Dispose();
        }

        if (ownsEncoder && ownsHead)
        {
            base.Dispose(disposing);
        }
        else if (disposing)
        {
            (ownsEncoder ? encoder : null)?.Dispose();
            (ownsHead ? head : null)?.Dispose();
        }
    }

    private static int MeasureRepresentation(nn.Module<Tensor, Tensor> encoder, int size)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        bool training = encoder.training;
        encoder.eval();
        Tensor h = encoder.forward(
            zeros([1, 3, size, size], device: encoder.parameters().FirstOrDefault()?.device ?? CPU));
        encoder.train(training);
        return h.dim() == 2
            ? (int)h.shape[1]
            : throw new ArgumentException(
                $"the encoder returned shape [{string.Join(", ", h.shape)}] for one image, "
                    + "expected [1, representation]");
    }
}

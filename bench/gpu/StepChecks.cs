using SimClr.Data;
using SimClr.Internals;
using SimClr.Losses;
using SimClr.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace SimClr.GpuChecks;

/// <summary>One training step: on the device beside the processor, and in micro-batches beside the whole batch.</summary>
internal static class StepChecks
{
    /// <summary>
    /// Loss and gradients of the same weights and pixels against the processor's in double, which neither side rounds alike.
    /// In bfloat16 the device may be as far from it as the processor's own bfloat16, and a hundredth more.
    /// </summary>
    public static void AgainstProcessor(Section section)
    {
        int images = section.Scale(256, 32);
        Step exact = Compute(section, "cpu", ScalarType.Float64, images);
        Step single = Compute(section, section.Device, ScalarType.Float32, images);
        section.AtMost("fp32 loss", Math.Abs((single.Loss / exact.Loss) - 1), 1e-5);
        (string worst, double difference) = single.Worst(exact);
        section.AtMost($"fp32 gradients, most in {worst}", difference, 1e-3);

        Step own = Compute(section, "cpu", ScalarType.BFloat16, images);
        Step half = Compute(section, section.Device, ScalarType.BFloat16, images);
        section.AtMost("bf16 loss", Math.Abs((half.Loss / exact.Loss) - 1), 1e-2);
        (double ofDevice, double ofProcessor) = (half.Whole(exact), own.Whole(exact));
        section.Figure("bf16 gradient of the processor, off by", ofProcessor);
        section.AtMost("bf16 gradient, further off than the processor's by", ofDevice - ofProcessor, 1e-2);
    }

    /// <summary>The gradient cache with frozen batch norm, where it computes the same as the whole batch (GradientStepTests).</summary>
    public static void InMicroBatches(Section section)
    {
        int images = section.Scale(256, 32);
        int micro = images / 5;
        foreach ((ScalarType type, double ofLoss, double ofGradient) in new[]
        {
            (ScalarType.Float64, 1e-10, 1e-7), (ScalarType.Float32, 1e-5, 1e-3), (ScalarType.BFloat16, 1e-2, 0.1),
        })
        {
            Step whole = Compute(section, section.Device, type, images, training: false);
            Step parts = Compute(section, section.Device, type, images, training: false, micro);
            section.AtMost($"{type} loss", Math.Abs((parts.Loss / whole.Loss) - 1), ofLoss);
            (string worst, double difference) = parts.Worst(whole);
            section.AtMost($"{type} gradients, most in {worst}", difference, ofGradient);
        }
    }

    private static Step Compute(Section section, string device, ScalarType type, int images, bool training = true, int? micro = null)
    {
        using var scope = NewDisposeScope();
        using var memory = new HostMemory();
        PretrainOptions options = section.Options("fp32") with { Device = device };
        options = options with { Batch = options.Batch with { Size = images } };

        // What fp32 means on the device is the plan's to say.
        string precision = type == ScalarType.BFloat16 ? "bf16" : "fp32";
        ComputePlan plan = ComputePlan.Resolve(options with { Precision = precision }, ownEncoder: false);
        ComputeThreads.Use(plan.Threads);
        using SimClrModel model = SimClrModel.Create(options, device, ownEncoder: null);
        if (type == ScalarType.Float64)
        {
            model.to(type);
        }

        using (no_grad())
        {
            // Not the zeros of the start: every layer shall count.
            foreach (var (_, scale) in model.named_parameters().Where(p => p.name.EndsWith("bn2.weight", StringComparison.Ordinal)))
            {
                scale.fill_(0.5);
            }
        }

        model.train(training);
        using Tensor pixels = Pixels(images, options.Views.Size).to(type, TorchSharp.torch.device(device)).DetachFromDisposeScope();
        var loss = new NtXentLoss(options.Loss.Temperature);
        IGradientStep step = micro is null ? new PlainStep(model, loss) : new CachedStep(model, loss, images, MicroBatches.Count(images, micro.Value));
        StepOutcome outcome = step.Compute(Feed(pixels, images, micro ?? images));
        return new Step(
            outcome.Loss.to_type(ScalarType.Float64).item<double>(),
            model.named_parameters().Where(p => p.parameter.grad is not null).ToDictionary(
                p => p.name, p => p.parameter.grad!.cpu().to_type(ScalarType.Float64).flatten().data<double>().ToArray()));
    }

    private static Func<ViewBatch> Feed(Tensor pixels, int images, int micro)
    {
        var parts = new Queue<int[]>(MicroBatches.Share(images, micro, Distributed.SingleProcess.Instance).Split([.. Enumerable.Range(0, images)]));
        return () =>
        {
            int[] part = parts.Dequeue();
            Tensor first = pixels.narrow(0, part[0], part.Length);
            return new ViewBatch(cat([first, pixels.narrow(0, images + part[0], part.Length)]).contiguous(), [.. part, .. part]);
        };
    }

    /// <summary>Both views of pictures of the embedded set, [2N, 3, S, S] in float32 on the processor, in channels-last order.</summary>
    private static Tensor Pixels(int images, int size)
    {
        using ImageDataSet sample = DataSets.Open("sample:");
        var views = new ViewPairs(Presets.Load("cifar10-small").Views with { Size = size }, seed: 1);
        float[] floats = new float[2 * images * views.FloatsPerView];
        for (int i = 0; i < images; i++)
        {
            views.Write(sample.Read(i), new SampleAddress(0, i, i, images), floats);
        }

        return tensor(floats).reshape(2 * images, size, size, 3).permute(0, 3, 1, 2);
    }

    /// <summary>What a step computed, on the processor in double.</summary>
    private sealed record Step(double Loss, Dictionary<string, double[]> Gradients)
    {
        /// <summary>The parameter whose gradient differs most, relative to its length.</summary>
        public (string Name, double Difference) Worst(Step expected)
            => expected.Gradients.Select(p => (p.Key, Distance(Gradients[p.Key], p.Value))).MaxBy(p => p.Item2);

        /// <summary>The same of all gradients as one vector.</summary>
        public double Whole(Step expected)
            => Distance([.. expected.Gradients.Keys.SelectMany(name => Gradients[name])], [.. expected.Gradients.Values.SelectMany(g => g)]);

        private static double Distance(double[] got, double[] expected)
        {
            double length = Math.Sqrt(expected.Sum(v => v * v));
            double difference = Math.Sqrt(got.Zip(expected, (a, b) => (a - b) * (a - b)).Sum());
            return difference == 0 ? 0 : difference / length;
        }
    }
}

using SimClr.Configuration;
using SimClr.Data;
using SimClr.Distributed;
using SimClr.Internals;
using SimClr.Losses;
using SimClr.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace SimClr.GpuChecks;

/// <summary>
/// One training step: on the device compared with the processor, and in micro-batches compared with the whole batch.
/// </summary>
internal static class StepChecks
{
    /// <summary>
    /// Loss and gradient of the same weights and pixels, compared with the processor's in float64. Where rounding is
    /// amplified beyond the limit, as by batch norm on views that hardly differ, the device may be at most a quarter
    /// worse than the processor.
    /// </summary>
    public static void AgainstProcessor(Section section)
    {
        int images = section.Scale(256, 32);
        foreach (bool training in new[] { false, true })
        {
            string mode = training ? "" : ", frozen batch norm";
            Step exact = Compute(section, "cpu", ScalarType.Float64, images, training);
            foreach ((ScalarType type, string name, double ofLoss, double ofGradient) in new[]
            {
                (ScalarType.Float32, "fp32", 1e-5, 1e-3), (ScalarType.BFloat16, "bf16", 1e-2, 1e-2),
            })
            {
                Step own = Compute(section, "cpu", type, images, training);
                Step got = Compute(section, section.Device, type, images, training);
                section.AtMost($"{name} loss{mode}", got.LossOff(exact), Math.Max(ofLoss, 1.25 * own.LossOff(exact)));
                section.AtMost(
                    $"{name} gradient{mode}", got.Whole(exact), Math.Max(ofGradient, 1.25 * own.Whole(exact)));
            }
        }
    }

    /// <summary>The gradient cache with frozen batch norm, where it computes the same as the whole batch.</summary>
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
            section.AtMost($"{type} loss", parts.LossOff(whole), ofLoss);
            (string worst, double difference) = parts.Worst(whole);
            section.AtMost($"{type} gradients, most in {worst}", difference, ofGradient);
        }
    }

    private static Step Compute(
        Section section, string device, ScalarType type, int images, bool training = true, int? micro = null)
    {
        using var scope = NewDisposeScope();
        using var memory = new MallocTuning();
        PretrainOptions options = section.Options("fp32") with { Device = device };
        options = options with { Batch = options.Batch with { Size = images } };

        // The plan decides the meaning of fp32 on the device.
        string precision = type == ScalarType.BFloat16 ? "bf16" : "fp32";
        ComputePlan plan = ComputePlan.Resolve(
            options with { Precision = EnumText.Parse<Precision>(precision) }, customEncoder: false);
        plan.Begin();
        using SimClrModel model = SimClrModel.Create(options, plan.Device, customEncoder: null);
        if (type == ScalarType.Float64)
        {
            model.to(type);
        }

        using (no_grad())
        {
            // Not the initial zeros: every layer must contribute.
            foreach (var (_, scale) in model.named_parameters()
                .Where(p => p.name.EndsWith("bn2.weight", StringComparison.Ordinal)))
            {
                scale.fill_(0.5);
            }
        }

        model.train(training);
        Tensor pixels = Pixels(images, options.Views.Size).to(type, torch.device(plan.Device));
        var loss = new NtXentLoss(options.Loss.Temperature);
        IGradientStep step = micro is { } most
            ? new GradientCacheStep(model, loss, images, MicroBatches.Count(images, most))
            : new ContrastiveStep(model, new BatchLoss(loss), World.Solo);
        StepOutcome outcome = step.Compute(Feed(pixels, images, micro ?? images));
        return new Step(
            outcome.Loss.to_type(ScalarType.Float64).item<double>(),
            model.named_parameters().Where(p => p.parameter.grad is not null).ToDictionary(
                p => p.name,
                p => p.parameter.grad!.cpu().to_type(ScalarType.Float64).flatten().data<double>().ToArray()));
    }

    private static Func<ViewBatch> Feed(Tensor pixels, int images, int micro)
    {
        RankShare share = MicroBatches.Share(images, micro, SingleProcess.Instance);
        var parts = new Queue<int[]>(share.Split([.. Enumerable.Range(0, images)]));
        return () =>
        {
            int[] part = parts.Dequeue();
            Tensor first = pixels.narrow(0, part[0], part.Length);
            Tensor second = pixels.narrow(0, images + part[0], part.Length);
            Tensor numbers = tensor(part.Select(image => (long)image).ToArray(), device: pixels.device).repeat(2);
            return new ViewBatch(cat([first, second]), numbers);
        };
    }

    /// <summary>Both views of images of the embedded set, [2N, 3, S, S] in float32, channels-last.</summary>
    private static Tensor Pixels(int images, int size)
    {
        using ImageDataSet sample = DataSets.Open("sample:");
        var views = new ViewWriter(Presets.Load("cifar10-small").Views with { Size = size }, seed: 1);
        float[] floats = new float[2 * images * views.FloatsPerView];
        for (int i = 0; i < images; i++)
        {
            views.Write(sample.Read(i), new SampleAddress(0, i, i, images), floats);
        }

        return tensor(floats).reshape(2 * images, size, size, 3).permute(0, 3, 1, 2);
    }

    /// <summary>The results of a step, on the processor in float64.</summary>
    private sealed record Step(double Loss, Dictionary<string, double[]> Gradients)
    {
        public double LossOff(Step expected) => Math.Abs((Loss / expected.Loss) - 1);

        /// <summary>The parameter whose gradient differs most, relative to its norm.</summary>
        public (string Name, double Difference) Worst(Step expected)
            => expected.Gradients.Select(p => (p.Key, Distance(Gradients[p.Key], p.Value))).MaxBy(p => p.Item2);

        /// <summary>The relative difference of all gradients as one vector.</summary>
        public double Whole(Step expected)
            => Distance(
                [.. expected.Gradients.Keys.SelectMany(name => Gradients[name])],
                [.. expected.Gradients.Values.SelectMany(g => g)]);

        private static double Distance(double[] got, double[] expected)
        {
            double length = Math.Sqrt(expected.Sum(v => v * v));
            double difference = Math.Sqrt(got.Zip(expected, (a, b) => (a - b) * (a - b)).Sum());
            return difference == 0 ? 0 : difference / length;
        }
    }
}

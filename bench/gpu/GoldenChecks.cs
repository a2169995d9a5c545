using System.Text.Json;
using SimClr.Augmentation;
using SimClr.Checkpoints;
using SimClr.Data;
using SimClr.Encoders;
using SimClr.Internals;
using SimClr.Losses;
using SimClr.Optimizers;
using SimClr.Tests.Golden;
using SimClr.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SimClr.GpuChecks;

/// <summary>
/// The reference values of the tests, computed on the device: in float64, which checks the computation, and in float32.
/// </summary>
internal static class GoldenChecks
{
    private static readonly (ScalarType Type, string Name, double Tolerance)[] Precisions =
        [(ScalarType.Float64, "float64", 1e-10), (ScalarType.Float32, "float32", 1e-5)];

    public static void Run(Section section)
    {
        ComputePlan.Resolve(section.Options("fp32"), customEncoder: false).Begin();
        section.Try("losses", () => Losses(section));
        section.Try("lars", () => LarsSteps(section));
        string[] all = ["resnet18", "resnet34", "resnet50", "resnet101"];
        foreach (string name in section.Scale(all, ["resnet18", "resnet50"]))
        {
            section.Try(name, () => Encoder(section, name));
        }

        section.Try("views", () => Views(section));
    }

    private static void Losses(Section section)
    {
        foreach (var (type, precision, tolerance) in Precisions)
        {
            foreach (JsonElement golden in GoldenFile.Read("nt_xent.json").EnumerateArray())
            {
                string name = golden.GetProperty("name").GetString()!;

                // Where the positive has nearly all of the probability, the reference has four digits
                // (NtXentLossTests).
                double limit = name == "cold" && type == ScalarType.Float64 ? 1e-4 : tolerance;
                var loss = new NtXentLoss(golden.GetProperty("temperature").GetDouble());
                Compare($"nt-xent {name} {precision}", loss, golden, type, tolerance, limit);
            }

            foreach ((int number, JsonElement golden) in GoldenFile.Read("other_losses.json").EnumerateArray().Index())
            {
                double value = golden.GetProperty("temperature_or_margin").GetDouble();
                LossOptions options = new()
                {
                    Name = EnumText.Parse<LossName>(golden.GetProperty("loss_name").GetString()!),
                    SemiHard = golden.GetProperty("semi_hard").GetBoolean(),
                };
                options = options.Name == LossName.Margin
                    ? options with { Margin = value }
                    : options with { Temperature = value };
                IContrastiveLoss loss = LossCatalog.Create(options);
                Compare($"{options.Name.Text()} {number} {precision}", loss, golden, type, tolerance, tolerance);
            }
        }

        void Compare(
            string check, IContrastiveLoss loss, JsonElement golden, ScalarType type, double ofLoss, double ofGradient)
        {
            using var scope = NewDisposeScope();
            Tensor z1 = golden.GetProperty("z1").Tensor(type).to(device(section.Device)).requires_grad_();
            Tensor z2 = golden.GetProperty("z2").Tensor(type).to(device(section.Device)).requires_grad_();
            Tensor value = loss.Forward(z1, z2);
            value.backward();
            double expected = golden.GetProperty("loss").GetDouble();
            double off = Math.Abs(value.to_type(ScalarType.Float64).item<double>() - expected);
            section.AtMost($"{check} loss", off / Math.Max(1, expected), ofLoss);
            double first = Relative(z1.grad!, golden.GetProperty("grad_z1"));
            double second = Relative(z2.grad!, golden.GetProperty("grad_z2"));
            section.AtMost($"{check} gradients", Math.Max(first, second), ofGradient);
        }
    }

    private static void LarsSteps(Section section)
    {
        foreach (var (type, precision, _) in Precisions)
        {
            double difference = 0;
            foreach (JsonElement golden in GoldenFile.Read("lars.json").EnumerateArray())
            {
                using var scope = NewDisposeScope();
                Tensor OnDevice(JsonElement array) => array.Tensor(type).to(device(section.Device));
                JsonElement[] values = [.. golden.GetProperty("parameters").EnumerateArray()];
                TrainedParameter[] parameters = [.. values.Select(p => new TrainedParameter(
                    p.GetProperty("name").GetString()!,
                    new Parameter(OnDevice(p.GetProperty("initial"))),
                    p.GetProperty("excluded").GetBoolean()))];
                using var lars = new Lars(
                    parameters,
                    golden.GetProperty("momentum").GetDouble(),
                    golden.GetProperty("weight_decay").GetDouble(),
                    golden.GetProperty("trust_coefficient").GetDouble());
                foreach ((int step, double rate) in golden.GetProperty("learning_rate").Numbers().Index())
                {
                    foreach ((int i, TrainedParameter parameter) in parameters.Index())
                    {
                        parameter.Value.grad = OnDevice(values[i].GetProperty("gradients")[step]);
                    }

                    lars.Step(rate);
                    foreach ((int i, TrainedParameter parameter) in parameters.Index())
                    {
                        Tensor expected = values[i].GetProperty("values")[step].Tensor();
                        difference = Math.Max(difference, parameter.Value.cpu().LargestDifference(expected));
                    }
                }
            }

            section.AtMost($"lars {precision}", difference, type == ScalarType.Float64 ? 1e-12 : 1e-5);
        }
    }

    // The tolerances of ResNetTests.
    private static void Encoder(Section section, string name)
    {
        using var scope = NewDisposeScope();
        JsonElement golden = GoldenFile.Read("resnet.json").EnumerateArray()
            .Single(c => c.GetProperty("name").GetString() == name);
        using ResNet resnet = EncoderCatalog.Create(new EncoderOptions { Name = name }, 224);
        foreach (var (type, precision, _) in Precisions)
        {
            bool isDouble = type == ScalarType.Float64;
            resnet.cpu();
            resnet.to(type);
            Fill(resnet, weights: isDouble);
            resnet.to(device(section.Device));
            Tensor x = arange(2 * 3 * 64 * 64, dtype: ScalarType.Float64).mul(0.11).sin().mul(0.5).add(0.5)
                .reshape(2, 3, 64, 64).to(type, device(section.Device));
            resnet.eval();
            double evaluated = Difference(resnet.forward(x), golden, "eval");
            section.AtMost($"{name} {precision} evaluation", evaluated, isDouble ? 1e-9 : 1e-4);
            resnet.train();
            Tensor h = resnet.forward(x);
            double limit = isDouble ? 1e-6 : name is "resnet18" or "resnet34" ? 1e-4 : 1e-3;
            section.AtMost($"{name} {precision} training", Difference(h, golden, "train"), limit);
            if (isDouble)
            {
                h.pow(2).mean().backward();
                Tensor gradient = resnet.named_parameters().First(p => p.name == "conv1.weight").parameter.grad!;
                double ratio = gradient.norm().item<double>() / golden.GetProperty("conv1_grad_norm").GetDouble();
                section.AtMost($"{name} {precision} gradient norm", Math.Abs(ratio - 1), 1e-6);
                resnet.zero_grad();
            }
        }
    }

    /// <summary>
    /// Views made on the device, compared with those of the processor, which the tests compare with torchvision.
    /// </summary>
    private static void Views(Section section)
    {
        (int Width, int Height)[] sizes =
            [(48, 36), (48, 36), (1, 1), (60, 1), (31, 70), (3, 2), (200, 90), (5, 300), (48, 36)];
        RgbImage[] images = [.. sizes.Select((size, i) => Noise(size.Width, size.Height, i))];
        ViewOptions[] all =
        [
            new() { Size = 32, Strength = 0.5, Blur = false },
            new() { Size = 40, JitterProbability = 1, BlurProbability = 1 },
            new() { Size = 24, Interpolation = Interpolation.Bilinear, Normalize = Normalization.ImageNet },
            new() { Size = 17, Strength = 2.5, JitterProbability = 1, GrayProbability = 0.5 },
            new() { Size = 1 },
        ];
        foreach (ViewOptions options in all)
        {
            using var scope = NewDisposeScope();
            ViewParameters[] draws = [.. from view in Enumerable.Range(0, 2)
                                         from i in Enumerable.Range(0, images.Length)
                                         select ViewParameters.Draw(
                                             options, images[i].Width, images[i].Height, 3, 1, i, view)];
            using var views = new DeviceViews(options, 3, section.Device, ScalarType.Float32);
            float[] got = views.Render(images, draws).permute(0, 2, 3, 1).contiguous().cpu().data<float>().ToArray();
            float[] expected = new float[got.Length];
            int floats = 3 * options.Size * options.Size;
            var renderer = new ViewRenderer(options);
            foreach ((int i, ViewParameters draw) in draws.Index())
            {
                renderer.Render(images[i % images.Length], draw, expected.AsSpan(i * floats, floats));
            }

            double difference = got.Zip(expected, (a, b) => Math.Abs((double)a - b)).Max();
            section.AtMost(
                $"views of {options.Size} pixels", difference, options.Normalize == Normalization.None ? 1e-5 : 5e-5);
        }
    }

    private static RgbImage Noise(int width, int height, int seed)
    {
        var stream = new RandomStream(seed, Purpose.Sample);
        byte[] pixels = new byte[3 * width * height];
        foreach (ref byte value in pixels.AsSpan())
        {
            value = (byte)Math.Clamp(stream.NextInt(400) - 72, 0, 255);
        }

        return new RgbImage(width, height, pixels);
    }

    private static double Relative(Tensor actual, JsonElement golden)
    {
        Tensor expected = golden.Tensor();
        return actual.cpu().LargestDifference(expected) / expected.abs().max().item<double>();
    }

    private static double Difference(Tensor h, JsonElement golden, string mode)
        => Math.Max(
            Relative(h.narrow(1, 0, 16), golden.GetProperty($"{mode}_head")),
            Relative(h.norm(1), golden.GetProperty($"{mode}_norm")));

    // The same rule as the reference: every tensor of the state dict, in order, from a sine of its flat index.
    private static void Fill(ResNet resnet, bool weights)
    {
        using var _ = no_grad();
        foreach ((int i, (string name, Tensor value)) in ModuleState.Enumerate(resnet).Index())
        {
            if (!name.EndsWith("num_batches_tracked", StringComparison.Ordinal) && (weights || value.dim() < 2))
            {
                using var one = NewDisposeScope();
                Tensor t = arange(value.numel(), dtype: ScalarType.Float64);
                Tensor filled = value.dim() >= 2
                    ? t.mul(0.37).mul(t).add(i).sin().mul(Math.Sqrt(2.0 * value.shape[0] / value.numel()))
                    : name.EndsWith("running_var", StringComparison.Ordinal) ? t.add(i).sin().pow(2).mul(0.5).add(1)
                    : name.EndsWith("weight", StringComparison.Ordinal) ? t.add(i).sin().mul(0.1).add(1)
                    : t.add(i).cos().mul(0.1);
                value.copy_(filled.reshape(value.shape));
            }
        }
    }
}

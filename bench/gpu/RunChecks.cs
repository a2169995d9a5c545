using SimClr.Checkpoints;
using SimClr.Cli.Bench;
using SimClr.Cli.Progress;
using SimClr.Configuration;
using SimClr.Data;
using SimClr.Embeddings;
using SimClr.Internals;
using SimClr.Training;
using static TorchSharp.torch;

namespace SimClr.GpuChecks;

/// <summary>Whole runs: the files they leave and the memory they use.</summary>
internal static class RunChecks
{
    /// <summary>
    /// A run that was stopped and resumed, compared with an uninterrupted one: byte for byte on the processor. A GPU
    /// adds in no fixed order, so there the two may differ hardly more than two uninterrupted runs do.
    /// </summary>
    public static void Resume(Section section)
    {
        const int stopAfter = 20;
        using var folder = new ScratchFolder();
        using ImageDataSet images = Sample("sample:", section.Scale(1024, 256));
        PretrainOptions options = section.Options("fp32");
        options = options with
        {
            Batch = new() { Size = section.Scale(64, 16) },
            Schedule = new() { Epochs = 3, WarmupEpochs = 1 },
        };
        string whole = Train("whole");
        string again = Train("again");
        using (var stop = new CancellationTokenSource())
        {
            try
            {
                new Pretrainer(options)
                {
                    Progress = new ImmediateProgress<PretrainProgress>(progress =>
                    {
                        if (progress.Step >= stopAfter)
                        {
                            stop.Cancel();
                        }
                    }),
                }.Run(images, folder.PathOf("parts"), cancellation: stop.Token);
                section.Fail("the run that was to be stopped ended");
            }
            catch (OperationCanceledException)
            {
                section.Figure(
                    "stopped", Path.GetFileName(new RunDirectory(folder.PathOf("parts")).LatestCheckpoint()!));
            }
        }

        string parts = new Pretrainer(options).Run(images, folder.PathOf("parts"), resume: true).Checkpoint;
        section.Figure("byte_equal", File.ReadAllBytes(whole).AsSpan().SequenceEqual(File.ReadAllBytes(parts)));
        double ofAgain = Distance(whole, again);
        section.Figure("second whole run, off by", ofAgain);
        section.AtMost("resumed run, off by", Distance(whole, parts), section.IsCuda ? Math.Max(1e-6, 3 * ofAgain) : 0);

        string Train(string name) => new Pretrainer(options).Run(images, folder.PathOf(name)).Checkpoint;
    }

    /// <summary>Embeddings of a trained encoder, on the processor and on the device.</summary>
    public static void Embed(Section section)
    {
        using var folder = new ScratchFolder();
        using ImageDataSet train = Sample("sample:", section.Scale(4096, 512));
        using ImageDataSet test = Sample("sample:test", section.Scale(2000, 200));
        PretrainOptions options = section.Options("auto") with { Schedule = new() { Epochs = 1, WarmupEpochs = 0 } };
        new Pretrainer(options with { Batch = new() { Size = 64 } }).Run(train, folder.PathOf("run"));
        using TrainedEncoder here = TrainedEncoder.Load(folder.PathOf("run"));
        using TrainedEncoder there = TrainedEncoder.Load(folder.PathOf("run"), section.Device);
        EmbeddingTable expected = Embedder.Embed(here, test);
        EmbeddingTable got = Embedder.Embed(there, test);
        long start = System.Diagnostics.Stopwatch.GetTimestamp();
        Embedder.Embed(there, test);
        section.Figure(
            "images_per_second", test.Count / System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalSeconds);
        using var scope = NewDisposeScope();
        (Tensor a, Tensor b) = (Rows(expected), Rows(got));
        section.AtLeast("lowest cosine", Cosines(a, b), 0.9999);
        Tensor mean = a.mean([0], keepdim: true);
        section.AtLeast("lowest cosine of what differs between images", Cosines(a.sub(mean), b.sub(mean)), 0.999);

        static Tensor Rows(EmbeddingTable table)
            => tensor(table.Values).reshape(table.Count, table.Dimension).to(ScalarType.Float64);
        static double Cosines(Tensor a, Tensor b) => nn.functional.cosine_similarity(a, b, 1).min().item<double>();
    }

    /// <summary>
    /// The device memory in use during two epochs with the online probe and kNN. libtorch keeps memory once it has been
    /// freed, so the kNN evaluation between the epochs may raise the amount; nothing else may.
    /// </summary>
    public static void Memory(Section section)
    {
        (int count, int batch) = section.Scale((8000, 64), (2000, 16));
        using var folder = new ScratchFolder();
        using ImageDataSet images = Sample("sample:", count);
        PretrainOptions options = section.Options("auto") with
        {
            OnlineLinear = true,
            Batch = new() { Size = batch },
            Schedule = new() { Epochs = 2, WarmupEpochs = 1 },
        };
        Device place = device(section.Device);
        var taken = new Dictionary<long, double>();
        PretrainResult result = new Pretrainer(options)
        {
            Progress = new ImmediateProgress<PretrainProgress>(
                progress => taken[progress.Step] = DeviceMemory.UsedBytes(place)),
        }.Run(images, folder.PathOf("run"));
        section.Figure("knn", result.KnnTop1 ?? double.NaN);
        section.Figure("online_linear", result.OnlineTop1 ?? double.NaN);
        foreach (long step in new long[] { 20, 120, 130, 200, 240 })
        {
            section.Figure($"bytes_at_{step}", taken[step]);
        }

        // The size of the processor's heap fluctuates.
        double limit = section.IsCuda ? 0 : 0.05;
        section.AtMost("growth from step 20 to 120", (taken[120] / taken[20]) - 1, limit);
        section.AtMost("growth from step 130 to 240", (taken[240] / taken[130]) - 1, limit);
        section.Figure("growth from step 20 to 200", (taken[200] / taken[20]) - 1);
    }

    /// <summary>
    /// A batch that does not fit, with <c>--micro-batch auto</c>: two steps are computed in the available memory.
    /// </summary>
    public static void MicroBatchAuto(Section section)
    {
        (string preset, int size, int batch) = section.Scale(("photos", 224, 4096), ("cifar10-small", 32, 256));
        using var folder = new ScratchFolder();
        PretrainOptions options = Presets.Load(preset);
        options = options with
        {
            Device = section.Device,
            Schedule = new() { Epochs = 1, WarmupEpochs = 0 },
            Encoder = options.Encoder with { Name = section.Scale("resnet50", "resnet18") },
            Views = options.Views with { Size = size },
            Batch = new() { Size = batch, Micro = 0, Memory = section.IsCuda ? null : "1GB" },
        };
        using ImageDataSet images = BenchImages.Small(new BenchSettings(), size, 2 * batch);
        double peak = ResidentPeak.Measure(
            () => new Pretrainer(options).Run(images, folder.PathOf("run")), device(section.Device));
        int micro = RunRecord.Read(new RunDirectory(folder.PathOf("run")).RunFile).Machine.MicroBatch ?? 0;
        section.Figure("batch", batch);
        section.AtLeast("micro_batch", micro, 2);
        section.Figure("peak_bytes", peak);
    }

    private static ImageDataSet Sample(string name, int count)
        => DataSets.Open(name).Subset([.. Enumerable.Range(0, count)]);

    /// <summary>The distance between the weights of two checkpoints, relative to their norm.</summary>
    private static double Distance(string one, string other)
    {
        using SafetensorsFile a = SafetensorsFile.Read(one);
        using SafetensorsFile b = SafetensorsFile.Read(other);
        using var scope = NewDisposeScope();
        (double difference, double length) = (0, 0);
        foreach ((string name, Tensor value) in a.Tensors.Where(t => t.Value.is_floating_point()))
        {
            Tensor expected = value.to(ScalarType.Float64);
            difference += expected.sub(b.Tensors[name].to(ScalarType.Float64)).pow(2).sum().item<double>();
            length += expected.pow(2).sum().item<double>();
        }

        return Math.Sqrt(difference / length);
    }
}

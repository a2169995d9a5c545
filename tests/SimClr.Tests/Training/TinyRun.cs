using SimClr.Augmentation;
using SimClr.Checkpoints;
using SimClr.Configuration;
using SimClr.Data;
using SimClr.Encoders;
using SimClr.Heads;
using SimClr.Losses;
using SimClr.Optimizers;
using SimClr.Tests.Data;
using SimClr.Training;

namespace SimClr.Tests.Training;

/// <summary>A run that is small enough for a test: 64 real images, four steps an epoch.</summary>
internal static class TinyRun
{
    public const int StepsPerEpoch = 4;

    public static PretrainOptions Options { get; } = new()
    {
        Device = TestDevice.Name,
        Views = new ViewOptions { Size = 12, Strength = 0.5, Blur = false },
        Encoder = new EncoderOptions { Name = "resnet18", Width = 1.0 / 16 },
        Head = new HeadOptions { Output = 16 },
        Loss = new LossOptions { Temperature = 0.5 },
        Optimizer = new OptimizerOptions { PeakRate = 1 },
        Schedule = new ScheduleOptions { Epochs = 3, WarmupEpochs = 1 },
        Batch = new BatchOptions { Size = 16 },
        Data = new DataOptions { Workers = 2 },

        // One thread for steps this small: several would mostly wait for each other, and spin in oneDNN's barriers.
        Threads = 1,
    };

    public static ImageDataSet Images(int count = 64)
        => DataSets.Open("sample:").Subset([.. Enumerable.Range(0, count)]);

    public static PretrainResult Train(TemporaryFolder folder, string name, PretrainOptions? options = null)
        => new Pretrainer(options ?? Options).Run(Images(), folder.PathOf(name));

    /// <summary>Asserts that two runs ended the same: byte for byte on the processor.</summary>
    public static void AssertSame(string expected, string got)
    {
        if (TestDevice.IsCpu)
        {
            Assert.Equal(Checkpoint(expected), Checkpoint(got));
            return;
        }

        using SafetensorsFile first = SafetensorsFile.Read(new RunDirectory(expected).LatestCheckpoint()!);
        using SafetensorsFile second = SafetensorsFile.Read(new RunDirectory(got).LatestCheckpoint()!);
        Assert.Equal(first.Tensors.Keys.Order(), second.Tensors.Keys.Order());
        Assert.All(first.Tensors, pair => TestDevice.AssertSame(pair.Value, second.Tensors[pair.Key], pair.Key));
    }

    public static byte[] Checkpoint(string run) => File.ReadAllBytes(new RunDirectory(run).LatestCheckpoint()!);
}

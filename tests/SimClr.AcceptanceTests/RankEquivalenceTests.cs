using System.Runtime.Versioning;
using SimClr.Checkpoints;
using SimClr.RankProgram;
using static TorchSharp.torch;

namespace SimClr.AcceptanceTests;

/// <summary>
/// Training by two ranks from the command line, under mpirun, compared with one process. The command line computes in
/// float32: after one step the two differ by rounding alone. A different summation order changes a gradient by about
/// 1e-5, and a step at this rate moves the weights by about a tenth. Measured: 1e-6 with oneDNN's convolutions, and
/// 1.1e-5 with matrix products instead of the 1 × 1 ones. Wrong computations differ by 1e-2 and more, as the controls
/// do. Later steps amplify rounding, so longer runs are compared in double precision, in SimClr.Tests.
/// </summary>
[UnsupportedOSPlatform("windows")]
public sealed class RankEquivalenceTests
{
    private const string Launcher = "mpirun.openmpi";
    private const double Rounding = 3e-5;
    private const double Other = 1e-2;

    private static readonly string[] Small =
    [
        "--preset", "demo", "--batch-size", "32", "--epochs", "2", "--threads", "1", "--set", "views.size=12",
        "--set", "encoder.width=0.0625", "--set", "head.output=16", "--set", "precision=fp32",
        "--set", "schedule.warmup_epochs=0", "--set", "checkpoint.every_steps=1", "--set", "checkpoint.keep=9",
    ];

    [Theory]
    [InlineData("pretrain", null, null)]
    [InlineData("pretrain", "16", "8")]
    [InlineData("supervised", null, null)]
    public void Two_ranks_train_the_same_model_as_one_process(string verb, string? micro, string? microOfEach)
    {
        SkipWithoutMpi();
        using var folder = new WorkingFolder();
        string images = folder.Images("images", 64, classes: true);
        string[] common = [verb, images, .. Small];
        Simclr.Run(folder.Path, [.. common, "--out", "one", .. Micro(micro)]).Succeeded();
        Ranks(folder, 0, [.. common, "--out", "two", .. Micro(microOfEach)]);
        Ranks(folder, 0, [.. common, "--out", "again", .. Micro(microOfEach)]);

        double distance = Distance(folder.PathOf("two"), folder.PathOf("one"), step: 1);
        Assert.True(distance <= Rounding, $"{distance}");
        Ranks(folder, 0, [.. common, "--out", "control", "--set", "batch.norm=rank", .. Micro(microOfEach)]);
        double control = Distance(folder.PathOf("control"), folder.PathOf("one"), step: 1);
        Assert.True(control >= Other, $"{control}");
        foreach (int step in Enumerable.Range(1, 4))
        {
            Assert.Equal(
                File.ReadAllBytes(Checkpoint(folder.PathOf("two"), step)),
                File.ReadAllBytes(Checkpoint(folder.PathOf("again"), step)));
        }

        // From the second step on, as if the run had been stopped there.
        File.Delete(Checkpoint(folder.PathOf("again"), 4));
        File.Delete(Checkpoint(folder.PathOf("again"), 3));
        Ranks(folder, 0, verb, "--out", "again", "--resume");
        Assert.Equal(
            File.ReadAllBytes(Checkpoint(folder.PathOf("two"), 4)),
            File.ReadAllBytes(Checkpoint(folder.PathOf("again"), 4)));
    }

    [Fact]
    public void Only_the_first_rank_writes_output_and_errors_have_their_exit_code()
    {
        SkipWithoutMpi();
        using var folder = new WorkingFolder();
        string images = folder.Images("images", 64, classes: false);
        Mpirun done = Ranks(folder, 0, ["pretrain", images, "--out", "run", .. Small, "--json"]);
        Assert.StartsWith("{\"run\":\"run\"", Assert.Single(done.Output.Trim().Split('\n')), StringComparison.Ordinal);

        Mpirun again = Ranks(folder, 2, ["pretrain", images, "--out", "run", .. Small]);
        Assert.Single(
            again.Error.Split('\n'), line => line.Contains("a run already exists here", StringComparison.Ordinal));
    }

    private static void SkipWithoutMpi()
    {
        string? missing = Mpirun.Missing(Launcher);
        Assert.SkipWhen(missing is not null, missing ?? "");
    }

    private static Mpirun Ranks(WorkingFolder folder, int exitCode, params IEnumerable<string> arguments)
    {
        using Mpirun job = Mpirun.Start(
            Launcher, 2, folder.Path, [Path.Combine(AppContext.BaseDirectory, "SimClr.Cli.dll"), .. arguments]);
        int code = job.Wait();
        Assert.True(code == exitCode, $"exit code {code}\n{job.Output}\n{job.Error}");
        return job;
    }

    private static string[] Micro(string? micro) => micro is null ? [] : ["--micro-batch", micro];

    private static string Checkpoint(string run, int step) => new RunDirectory(run).CheckpointFile(step);

    /// <summary>‖a − b‖ / ‖b‖ over weights and running statistics.</summary>
    private static double Distance(string run, string other, int step)
    {
        using var scope = NewDisposeScope();
        using SafetensorsFile a = SafetensorsFile.Read(Checkpoint(run, step));
        using SafetensorsFile b = SafetensorsFile.Read(Checkpoint(other, step));
        Assert.Equal(b.Tensors.Keys.Order(), a.Tensors.Keys.Order());
        string[] names = [.. a.Tensors.Keys.Where(name => !name.StartsWith("optimizer.", StringComparison.Ordinal))];
        Tensor Joined(SafetensorsFile file)
            => cat([.. names.Select(name => file.Tensors[name].to_type(ScalarType.Float64).flatten())]);
        return Joined(a).sub(Joined(b)).norm().div(Joined(b).norm()).item<double>();
    }
}

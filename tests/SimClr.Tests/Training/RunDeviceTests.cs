using Microsoft.Extensions.Logging;
using SimClr.Checkpoints;
using SimClr.Configuration;
using SimClr.Tests.Data;
using SimClr.Training;

namespace SimClr.Tests.Training;

/// <summary>A run may use different devices in its ranks, and another device when it is resumed.</summary>
public sealed class RunDeviceTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Ranks_with_devices_of_other_numbers_are_started_alike()
    {
        Assert.Equal(FactsOn("cuda:0"), FactsOn("cuda:3"));
        Assert.NotEqual(FactsOn("cuda:0"), FactsOn("cpu"));
    }

    [Theory]
    [InlineData("cpu", false)]
    [InlineData("cuda:2", true)]
    [InlineData("cuda", true)]   // from an earlier version
    public void Resuming_on_another_kind_of_device_is_reported(string before, bool told)
    {
        PretrainOptions options = TinyRun.Options with { Device = "cpu", Precision = Precision.Fp32 };
        var run = new RunDirectory(folder.PathOf("run"));
        Directory.CreateDirectory(run.Root);
        RunRecord.Create(options, TinyRun.Images(), new ComputePlan(before, "fp32", 1), 12, RunRecord.Pretraining)
            .Write(run.RunFile);
        var log = new Log();
        ComputePlan plan = RunResumption.Prepare(
            run, RunRecord.Find(run), options, RunRecord.Pretraining, TinyRun.Images(), customEncoder: false,
            resume: true, log);
        Assert.Equal("cpu", plan.Device);
        Assert.Equal(
            told,
            log.Lines.Any(line => line.StartsWith($"The run was computed on {before} with", StringComparison.Ordinal)));
    }

    private static Dictionary<string, string> FactsOn(string device)
        => RunFacts.Collect(RunRecord.Create(
            TinyRun.Options,
            TinyRun.Images(),
            new ComputePlan(device, "bf16", 1),
            12,
            RunRecord.Pretraining,
            ranks: 4));

    private sealed class Log : ILogger
    {
        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        void ILogger.Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter)
            => Lines.Add(formatter(state, exception));
    }
}

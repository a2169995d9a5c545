using SimClr.Checkpoints;
using SimClr.Configuration;
using SimClr.Data;
using SimClr.Internals;
using SimClr.Tests.Data;
using SimClr.Training;

namespace SimClr.Tests.Training;

/// <summary>Runs on sets in which some images cannot be read.</summary>
[Collection(ComputeThreadsCollection.Name)]
public sealed class UnreadableImagesTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_run_is_the_same_cached_or_streamed_and_may_switch_between_sessions()
    {
        using var set = new Flawed(TinyRun.Images(128), 5, 6, 40, 127);
        PretrainOptions held = With("always");
        new Pretrainer(held).Run(set, folder.PathOf("held"));
        PretrainResult streamed = new Pretrainer(With("never")).Run(set, folder.PathOf("streamed"));
        Assert.Equal((24, 4), (streamed.Steps, streamed.SkippedImages));
        TinyRun.AssertSame(folder.PathOf("held"), folder.PathOf("streamed"));
        Assert.Equal(Knn("held"), Knn("streamed"));
        Assert.Equal(3, Knn("held").Length);

        using var stop = new CancellationTokenSource();
        var half = new Pretrainer(held) { Progress = new Reporter(p => Stop(stop, p.Step == 8)) };
        Assert.Throws<OperationCanceledException>(
            () => half.Run(set, folder.PathOf("mixed"), cancellation: stop.Token));
        new Pretrainer(With("never")).Run(set, folder.PathOf("mixed"), resume: true);
        TinyRun.AssertSame(folder.PathOf("held"), folder.PathOf("mixed"));
    }

    [Theory]
    [InlineData("always", 10)]
    [InlineData("never", 7)]
    public void Beyond_the_allowed_share_the_list_is_written_and_the_directory_is_reusable(string cache, int least)
    {
        using var set = new Flawed(TinyRun.Images(128), [.. Enumerable.Range(60, 10)]);
        PretrainOptions strict = With(cache);
        var log = new ListLogger();
        Assert.Throws<DataException>(() => new Pretrainer(strict) { Logger = log }.Run(set, folder.PathOf("run")));
        string list = new RunDirectory(folder.PathOf("run")).SkippedFile;
        Assert.InRange(File.ReadAllLines(list).Length, least, 10);
        Assert.Contains(log.Lines, line => line.Contains($"are listed in {list}", StringComparison.Ordinal));

        bool begun = new RunDirectory(folder.PathOf("run")).HasRun;
        Assert.Equal(cache == "never", begun);
        PretrainOptions lenient = strict with { Data = strict.Data with { MaxSkipped = 0.1 } };
        Assert.Equal(10, new Pretrainer(lenient).Run(set, folder.PathOf("run"), resume: begun).SkippedImages);
    }

    private static PretrainOptions With(string cache)
        => TinyRun.Options with { Data = TinyRun.Options.Data with { Cache = EnumText.Parse<DataCache>(cache) } };

    private static void Stop(CancellationTokenSource source, bool now)
    {
        if (now)
        {
            source.Cancel();
        }
    }

    private double[] Knn(string run) => [.. MetricsLog.Read(new RunDirectory(folder.PathOf(run)).MetricsFile)
        .Where(m => m.ContainsKey("knn")).Select(m => m["knn"])];
}

using Microsoft.Extensions.Logging;
using SimClr.Cli.Progress;
using SimClr.Training;

namespace SimClr.Tests.Cli;

public sealed class LineDisplayTests : IDisposable
{
    private readonly StringWriter output = new();
    private readonly Clock clock = new();

    public void Dispose() => output.Dispose();

    [Fact]
    public void The_first_report_shows_at_once_then_one_in_ten_seconds_and_every_end_of_an_epoch()
    {
        var display = new LineDisplay(output, clock);
        foreach ((long step, int second)
            in new[] { (10, 1), (20, 2), (30, 10), (40, 11), (50, 12), (100, 13), (110, 14), (120, 24) })
        {
            clock.Seconds = second;
            display.Training.Report(At(step));
        }

        Assert.Equal(["10", "40", "100", "120"], Lines().Select(line => line.Split('/')[0].Split(' ')[1]));
    }

    [Fact]
    public void A_line_shows_loss_rate_speed_time_left_and_knn()
    {
        new LineDisplay(output, clock).Training.Report(At(10) with { KnnTop1 = 0.425 });

        Assert.Equal(
            ["step 10/200, epoch 1/2, loss 4.250, rate 0.125, 512 images/s, kNN 42.5%, 90 s left"], Lines());
    }

    [Fact]
    public void Counting_shows_the_first_and_the_last_report()
    {
        IProgress<int> progress = ((IDisplay)new LineDisplay(output, clock)).Images("embedding x", 300);
        progress.Report(100);
        progress.Report(200);
        progress.Report(300);

        Assert.Equal(["embedding x: 100 of 300 images", "embedding x: 300 of 300 images"], Lines());
    }

    [Fact]
    public void Usually_instant_work_shows_progress_only_if_it_is_slow()
    {
        IProgress<WorkDone> late = Display.Delayed(output, clock);
        foreach (int second in new[] { 0, 1, 2, 5, 12 })
        {
            clock.Seconds = second;
            late.Report(new WorkDone(second, $"at {second}"));
        }

        Assert.Equal(["at 2", "at 12"], Lines());
    }

    [Fact]
    public void Names_in_progress_and_messages_neither_control_the_terminal_nor_begin_a_line()
    {
        IDisplay display = new LineDisplay(output, clock);
        display.Images("embedding x\u001b[2J\nerror: y", 300).Report(100);
        display.Logger.LogWarning("{Name} is skipped", "x\u001b[2J\nerror: y");

        Assert.Equal(
            [
                "embedding x\\u001b[2J\\u000aerror: y: 100 of 300 images",
                "warning: x\\u001b[2J\\u000aerror: y is skipped",
            ],
            Lines());
    }

    [Fact]
    public void Log_messages_become_notes_and_warnings()
    {
        ILogger logger = new LineDisplay(output, clock).Logger;
        logger.LogDebug("{What}", "hidden");
        logger.LogInformation("resuming at {Step}", 7);
        logger.LogWarning("collapsed");

        Assert.Equal(["note: resuming at 7", "warning: collapsed"], Lines());
    }

    private static PretrainProgress At(long step) => new(
        step, 200, step <= 100 ? 1 : 2, 2, 0.125, 512, TimeSpan.FromSeconds(90),
        new RunHealth(4.25, 6.2, 0.5, 511, 0.5, 0.9), null);

    private string[] Lines() => output.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);

    private sealed class Clock : TimeProvider
    {
        public int Seconds { get; set; }

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => Seconds;
    }
}

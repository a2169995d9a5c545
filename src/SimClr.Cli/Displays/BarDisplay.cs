using Microsoft.Extensions.Logging;
using SimClr.Training;
using Spectre.Console;

namespace SimClr.Cli.Displays;

/// <summary>A bar that redraws itself, for someone who watches.</summary>
internal sealed class BarDisplay : IDisplay
{
    private readonly ProgressContext bars;
    private ProgressTask? unused;
    private ProgressTask? training;

    private BarDisplay(IAnsiConsole console, ProgressContext bars)
    {
        this.bars = bars;
        Logger = new RemarkLogger(console.WriteLine);
        unused = bars.AddTask("preparing …");
        unused.IsIndeterminate = true;
    }

    public ILogger Logger { get; }

    public IProgress<PretrainProgress> Training => new Reports<PretrainProgress>(Report);

    public static T Show<T>(TextWriter output, Func<IDisplay, T> work)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) });
        return console.Progress()
            .Columns(new ProgressBarColumn { Width = 20 }, new PercentageColumn(), new TaskDescriptionColumn { Alignment = Justify.Left })
            .Start(bars => work(new BarDisplay(console, bars)));
    }

    public IProgress<WorkDone> Work(int total)
    {
        ProgressTask bar = Bar(total);
        return new Reports<WorkDone>(work =>
        {
            bar.Value = work.Done;
            bar.Description = Markup.Escape(work.Words);
        });
    }

    private void Report(PretrainProgress progress)
    {
        training ??= Bar(progress.TotalSteps);
        training.Value = progress.Step;
        training.Description = Markup.Escape(ProgressText.Of(progress));
    }

    private ProgressTask Bar(long total)
    {
        ProgressTask bar = unused ?? bars.AddTask("preparing …");
        unused = null;
        bar.IsIndeterminate = false;
        bar.MaxValue = total;
        return bar;
    }
}

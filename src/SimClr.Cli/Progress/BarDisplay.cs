using System.Text;
using Microsoft.Extensions.Logging;
using SimClr.Training;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace SimClr.Cli.Progress;

/// <summary>A bar that redraws itself, for someone who watches.</summary>
internal sealed class BarDisplay : IDisplay
{
    private readonly ProgressContext bars;
    private ProgressTask? unused;
    private ProgressTask? training;

    private BarDisplay(IAnsiConsole console, ProgressContext bars)
    {
        this.bars = bars;
        Logger = new NoteLogger(console.WriteLine);
        unused = bars.AddTask("preparing …");
        unused.IsIndeterminate = true;
    }

    public ILogger Logger { get; }

    public IProgress<PretrainProgress> Training => new ImmediateProgress<PretrainProgress>(Report);

    /// <param name="output">A terminal's standard error, as it is: a bar moves the cursor.</param>
    /// <param name="work">What is to be shown.</param>
    public static T Show<T>(TextWriter output, Func<IDisplay, T> work)
        => Show(AnsiConsole.Create(new AnsiConsoleSettings { Out = new Terminal(output) }), work);

    internal static T Show<T>(IAnsiConsole console, Func<IDisplay, T> work)
        => console.Progress()
            .Columns(new ProgressBarColumn { Width = 10 }, new PercentageColumn(), new TextColumn())
            .Start(bars => work(new BarDisplay(console, bars)));

    public IProgress<WorkDone> Work(int total)
    {
        ProgressTask bar = Bar(total);
        return new ImmediateProgress<WorkDone>(work =>
        {
            bar.Value = work.Done;
            bar.Description = Markup.Escape(TerminalText.EscapeName(work.Text));
        });
    }

    private void Report(PretrainProgress progress)
    {
        training ??= Bar(progress.TotalSteps);
        training.Value = progress.Step;
        training.Description = Markup.Escape(ProgressText.Format(progress));
    }

    private ProgressTask Bar(long total)
    {
        ProgressTask bar = unused ?? bars.AddTask("preparing …");
        unused = null;
        bar.IsIndeterminate = false;
        bar.MaxValue = total;
        return bar;
    }

    // The library's own class knows a terminal by its being Console.Error itself.
    private sealed class Terminal(TextWriter output) : IAnsiConsoleOutput
    {
        private readonly AnsiConsoleOutput size = new(output);

        public TextWriter Writer => output;

        public bool IsTerminal => true;

        public int Width => size.Width;

        public int Height => size.Height;

        public void SetEncoding(Encoding encoding)
        {
        }
    }

    /// <summary>The words behind the bar. They go on in the next line where the library's own column would squeeze bar and percent.</summary>
    private sealed class TextColumn : ProgressColumn
    {
        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime)
            => new Markup(task.Description);
    }
}

using SimClr.Cli.Progress;
using SimClr.Training;
using Spectre.Console;

namespace SimClr.Tests.Cli;

public sealed class BarDisplayTests
{
    [Fact]
    public void Names_behind_the_bar_do_not_control_the_terminal()
    {
        using var output = new StringWriter();

        BarDisplay.Show(Console(output, 200), display =>
        {
            display.Images("x\u202e\u0007y", 300).Report(100);
            return 0;
        });

        Assert.Contains("x\\u202e\\u0007y", output.ToString());
        Assert.DoesNotContain('\u202e', output.ToString());
    }

    [Fact]
    public void In_80_columns_the_percentage_is_not_split_beside_long_words()
    {
        using var output = new StringWriter();
        IAnsiConsole console = Console(output, 80);

        BarDisplay.Show(console, display =>
        {
            display.Training.Report(new PretrainProgress(
                200, 200, 100, 100, 0.000123, 512, TimeSpan.FromMinutes(12),
                new RunHealth(4.25, 6.2, 0.5, 511, 0.5, 0.9), 0.425));
            return 0;
        });

        string[] lines = output.ToString().Split('\n');
        Assert.Contains(lines, line => line.Contains("100% epoch 100/100, loss 4.250", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains("12 min left", StringComparison.Ordinal));
    }

    private static IAnsiConsole Console(TextWriter output, int width)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(output),
            Ansi = AnsiSupport.Yes,
            ColorSystem = ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.Yes,
        });
        console.Profile.Width = width;
        return console;
    }
}

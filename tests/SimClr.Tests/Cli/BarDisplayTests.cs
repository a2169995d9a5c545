using SimClr.Cli.Displays;
using SimClr.Training;
using Spectre.Console;

namespace SimClr.Tests.Cli;

public sealed class BarDisplayTests
{
    [Fact]
    public void In_80_columns_the_percentage_stays_in_one_piece_beside_long_words()
    {
        using var output = new StringWriter();
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(output),
            Ansi = AnsiSupport.Yes,
            ColorSystem = ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.Yes,
        });
        console.Profile.Width = 80;

        BarDisplay.Show(console, display =>
        {
            display.Training.Report(new PretrainProgress(
                200, 200, 100, 100, 0.000123, 512, TimeSpan.FromMinutes(12), new RunHealth(4.25, 6.2, 0.5, 511, 0.5, 0.9), 0.425));
            return 0;
        });

        string[] lines = output.ToString().Split('\n');
        Assert.Contains(lines, line => line.Contains("100% epoch 100/100, loss 4.250", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains("12 min left", StringComparison.Ordinal));
    }
}

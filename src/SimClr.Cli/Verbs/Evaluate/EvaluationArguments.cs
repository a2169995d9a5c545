using System.CommandLine;

namespace SimClr.Cli.Verbs;

/// <summary>What every measure takes: an encoder, labeled images to learn from and others to be tested on.</summary>
internal sealed class EvaluationArguments
{
    public Argument<string> Run { get; } = new("RUN")
    {
        Description = "A run directory, or a file with an encoder that 'simclr' wrote",
    };

    public Option<string> Train { get; } = Labeled("--train", "Labeled images to learn from");

    public Option<string> Test { get; } = Labeled("--test", "Labeled images to be tested on; nothing is chosen by them");

    public Option<string[]> Set { get; } = ReadingOption.Create("the run says");

    public void AddTo(Command command)
    {
        command.Add(Run);
        command.Add(Train);
        command.Add(Test);
        command.Add(Set);
    }

    private static Option<string> Labeled(string name, string description)
        => new(name) { Description = description, HelpName = "DATA", Required = true };
}

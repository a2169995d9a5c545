using System.CommandLine;

namespace SimClr.Cli.Verbs;

/// <summary>The arguments of every evaluation: an encoder, labeled images to train on, and others to test on.</summary>
internal sealed class EvaluationArguments
{
    public Argument<string> Run { get; } = new("RUN")
    {
        Description = "Run directory, or an encoder file written by 'simclr'",
    };

    public Option<string> Train { get; } = Labeled("--train", "Labeled training images");

    public Option<string> Test { get; } = Labeled("--test", "Labeled test images; not used for any choice");

    public Option<string?> Layer { get; } = LayerOption.Create();

    public Option<string[]> Set { get; } = ReadingOption.Create("the run's configuration");

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

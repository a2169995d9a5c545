using System.CommandLine;

namespace SimClr.Cli.Verbs;

/// <summary>The arguments of every evaluation: an encoder, images to train on, and others to test on.</summary>
/// <param name="labeled">Whether the images need labels.</param>
internal sealed class EvaluationArguments(bool labeled = true)
{
    public Argument<string> Run { get; } = new("RUN")
    {
        Description = "Run directory, or an encoder file written by 'simclr'",
    };

    public Option<string> Train { get; } = Images("--train", labeled ? "Labeled training images" : "Training images");

    public Option<string> Test { get; } = Images(
        "--test", $"{(labeled ? "Labeled test" : "Test")} images; not used for any choice");

    public Option<string?> Layer { get; } = LayerOption.Create();

    public Option<string[]> Set { get; } = ReadingOption.Create("the run's configuration");

    public void AddTo(Command command)
    {
        command.Add(Run);
        command.Add(Train);
        command.Add(Test);
        command.Add(Set);
    }

    private static Option<string> Images(string name, string description)
        => new(name) { Description = description, HelpName = "DATA", Required = true };
}

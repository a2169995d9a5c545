using System.CommandLine;
using SimClr.Training;

namespace SimClr.Cli.Commands;

/// <summary>What <c>simclr pretrain</c> takes.</summary>
internal sealed class PretrainArguments
{
    public Argument<string?> Data { get; } = new("DATA")
    {
        Description = "What to learn from: a folder, a manifest or a typed name (see 'simclr --help'). "
            + "With --resume it may be left out",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public Option<string> Out { get; } = new("--out")
    {
        Description = "The directory of the run: new, empty, or one to resume",
        HelpName = "RUN",
        Required = true,
    };

    public Option<string?> Preset { get; } = new("--preset")
    {
        Description = $"A configuration that comes with simclr: {string.Join(", ", Presets.Names)}",
        HelpName = "name",
    };

    public Option<string?> Config { get; } = new("--config")
    {
        Description = "A configuration in YAML or JSON, over the preset",
        HelpName = "FILE",
    };

    public Option<string[]> Set { get; } = new("--set")
    {
        Description = "One value, over preset and file: loss.temperature=0.1. May be repeated",
        HelpName = "section.key=value",
    };

    public Option<long?> Epochs { get; } = NumberOption.Integer("--epochs", "Passes over the images", 1);

    public Option<long?> BatchSize { get; } = NumberOption.Integer("--batch-size", "Images per step; each gives two views", 2);

    public Option<string?> Precision { get; } = ChoiceOption.Of(
        "--precision", "What encoder and head compute in", ["auto", "fp32", "bf16"]);

    public Option<bool> Resume { get; } = new("--resume")
    {
        Description = "Go on with the run in RUN, with its own configuration under what else is given",
    };

    public void AddTo(Command command)
    {
        command.Add(Data);
        foreach (Option option in new Option[] { Out, Preset, Config, Set, Epochs, BatchSize, Precision, Resume })
        {
            command.Add(option);
        }
    }
}

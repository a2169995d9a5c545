using System.CommandLine;
using SimClr.Configuration;
using SimClr.Internals;

namespace SimClr.Cli.Verbs;

/// <summary>The arguments of <c>simclr pretrain</c>, shared with <c>simclr supervised</c>.</summary>
internal sealed class PretrainArguments
{
    public Argument<string?> Data { get; } = new("DATA")
    {
        Description = "Training images: a folder, a manifest or a data spec (see 'simclr --help'). "
            + "Optional with --resume",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public Option<string> Out { get; } = new("--out")
    {
        Description = "Run directory: new, empty, or the run to resume",
        HelpName = "RUN",
        Required = true,
    };

    public ConfigurationOptions Configuration { get; } = new();

    public Option<long?> Epochs { get; } = NumberOption.Integer("--epochs", "Passes over the images", 1);

    public Option<long?> BatchSize { get; } = NumberOption.Integer("--batch-size", "Images per step", 2);

    public Option<long?> MicroBatch { get; } = NumberOption.IntegerOrAuto(
        "--micro-batch",
        "Images per forward pass; the gradient is still that of the whole batch. auto: as many as fit in memory",
        2);

    public Option<string?> Memory { get; } = new("--memory")
    {
        Description = "Memory limit for --micro-batch auto, such as 8GB. Default: the free memory.",
        HelpName = "amount",
    };

    public Option<string?> Precision { get; } = ChoiceOption.Create(
        "--precision", "Compute precision", EnumText.All<Precision>());

    public Option<string?> AugmentOn { get; } = ChoiceOption.Create(
        "--augment-on", "Where views are computed", EnumText.All<AugmentationPlace>());

    /// <summary>Only for <c>simclr pretrain</c>.</summary>
    public Option<bool> OnlineLinear { get; } = new("--online-linear")
    {
        Description = "Train a linear classifier on h during pre-training and report its accuracy. Needs labels; "
            + "does not affect the encoder",
    };

    public Option<bool> Resume { get; } = new("--resume")
    {
        Description = "Resume RUN; options given here override its saved configuration",
    };

    public void AddTo(Command command)
    {
        command.Add(Data);
        command.Add(Out);
        Configuration.AddTo(command);
        command.Add(Epochs);
        command.Add(BatchSize);
        command.Add(MicroBatch);
        command.Add(Memory);
        command.Add(Precision);
        command.Add(AugmentOn);
        command.Add(Resume);
    }
}

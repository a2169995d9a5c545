using System.CommandLine;
using SimClr.Configuration;
using SimClr.Internals;

namespace SimClr.Cli.Verbs;

/// <summary>What <c>simclr pretrain</c> takes, and <c>simclr supervised</c> with it.</summary>
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

    public ConfigurationOptions Configuration { get; } = new();

    public Option<long?> Epochs { get; } = NumberOption.Integer("--epochs", "Passes over the images", 1);

    public Option<long?> BatchSize { get; } = NumberOption.Integer("--batch-size", "Images per step", 2);

    public Option<long?> MicroBatch { get; } = NumberOption.IntegerOrAuto(
        "--micro-batch", "Images held in memory at once, for the gradient of the whole batch; auto for the most that fit", 2);

    public Option<string?> Memory { get; } = new("--memory")
    {
        Description = "What --micro-batch auto may take, such as 8GB; without it what the machine has free",
        HelpName = "amount",
    };

    public Option<string?> Precision { get; } = ChoiceOption.Of(
        "--precision", "What the network computes in", EnumText.All<Precision>());

    public Option<string?> AugmentOn { get; } = ChoiceOption.Of("--augment-on", "Where views are made", EnumText.All<AugmentationPlace>());

    /// <summary>For <c>simclr pretrain</c> alone.</summary>
    public Option<bool> OnlineLinear { get; } = new("--online-linear")
    {
        Description = "Train a linear layer on h along the way and show its accuracy; the encoder comes out the same. Needs labels",
    };

    public Option<bool> Resume { get; } = new("--resume")
    {
        Description = "Go on with the run in RUN, with its own configuration under what else is given",
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

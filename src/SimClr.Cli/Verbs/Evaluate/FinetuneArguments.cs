using System.CommandLine;
using SimClr.Checkpoints;
using SimClr.Data;
using SimClr.Evaluation;
using SimClr.Training;

namespace SimClr.Cli.Verbs;

/// <summary>What <c>simclr evaluate finetune</c> takes besides an encoder and two sets, and the recipe that it amounts to.</summary>
internal sealed class FinetuneArguments
{
    private const int StepsFromScratch = 40_000;
    private static readonly string[] Grids = ["full", "thin", "none"];

    private readonly Option<string?> validation = new("--validation")
    {
        Description = "Labeled images to choose rate and decay on; without it a fifth of each class of the training images, by seed",
        HelpName = "DATA",
    };

    private readonly Option<double?> fraction = NumberOption.Positive(
        "--label-fraction", "Learn from this share of the training images, divided evenly over the classes (as far as they have them), by seed: 0.01, 0.1");

    private readonly Option<long?> perClass = NumberOption.Integer(
        "--labels-per-class", "Learn from so many training images of each class, by seed", 1);

    private readonly Option<string?> list = new("--label-list")
    {
        Description = "Learn from the training images that this file names, one a line, by file name or end of path",
        HelpName = "FILE",
    };

    private readonly Option<double?> rate = NumberOption.NonNegative("--rate", "The learning rate of the first step; nothing is searched then");

    private readonly Option<double?> decay = NumberOption.NonNegative("--weight-decay", "Weight decay; 0 with --rate or few labels");

    private readonly Option<string?> grid = ChoiceOption.Of(
        "--grid", "Rates and decays to choose from, 56, 6 or none of them; by default full, with few labels or --rate none", Grids);

    private readonly MetricOption metric = new("rate and decay are");

    private readonly Option<long?> epochs = NumberOption.Integer("--epochs", "Passes over the labeled images", 1);

    private readonly Option<long?> steps = NumberOption.Integer(
        "--steps", "Steps instead; 20000 if neither is given (40000 from scratch), with few labels 60 or 30 epochs, and 180 or 930 steps at the least", 1);

    private readonly Option<long?> batchSize = NumberOption.Integer("--batch-size", "Images per step; 256, with few labels by their number", 2);

    private readonly Option<long?> layers = NumberOption.Integer(
        "--from-projection-layer", "Keep so many layers of the projection head in the network, as SimCLRv2 does", 1);

    private readonly Option<bool> fromScratch = new("--from-scratch")
    {
        Description = "Start the same network from random weights, to compare with",
    };

    private readonly Option<string?> output = new("--out")
    {
        Description = "Leave the fine-tuned encoder and its classifier in this new or empty directory",
        HelpName = "DIR",
    };

    public void AddTo(Command command)
    {
        foreach (Option option in new Option[] { validation, fraction, perClass, list, rate, decay, grid, metric.Option, epochs, steps, batchSize, layers, fromScratch, output })
        {
            command.Add(option);
        }
    }

    /// <summary>What names the validation images, or null.</summary>
    public string? Validation(CommandContext context) => context.Value(validation);

    /// <summary>Whether few labels are asked for.</summary>
    public bool FewLabels(CommandContext context)
        => context.Value(fraction) is not null || context.Value(perClass) is not null || context.Value(list) is not null;

    /// <summary>The training images that are learned from.</summary>
    public ImageDataSet Labeled(CommandContext context, ImageDataSet train)
    {
        RefuseTogether(context, fraction, perClass, list);
        long seed = context.Seed ?? 0;
        return context.Value(fraction) is { } share ? train.Subset(LabelSubset.Fraction(train.RequireLabels(), share, seed))
            : context.Value(perClass) is { } number ? train.Subset(LabelSubset.PerClass(train.RequireLabels(), (int)number, seed, train.ClassNames))
            : context.Value(list) is { } file ? train.Subset(LabelList.Read(train, file))
            : train;
    }

    /// <summary>The recipe.</summary>
    /// <param name="context">What the user typed.</param>
    /// <param name="labels">Labeled images to learn from.</param>
    /// <param name="all">Training images.</param>
    public FineTuneOptions Recipe(CommandContext context, int labels, int all)
    {
        RefuseTogether(context, epochs, steps);
        bool scratch = context.Value(fromScratch);
        FineTuneOptions options = FewLabels(context) ? FineTuneOptions.ForFewLabels(labels, all)
            : scratch ? new FineTuneOptions { Steps = StepsFromScratch }
            : new FineTuneOptions();
        options = context.Value(batchSize) is { } batch ? options.WithBatch((int)batch) : options.WithBatch(options.BatchSize);
        options = context.Value(steps) is { } count ? options with { Steps = (int)count, Epochs = null } : options;
        return options with
        {
            Epochs = (int?)context.Value(epochs) ?? options.Epochs,
            LeastSteps = context.Gives(epochs) ? 0 : options.LeastSteps,
            Rate = context.Value(rate) ?? options.Rate,
            WeightDecay = context.Value(decay) ?? 0,
            ProjectionLayers = (int?)context.Value(layers) ?? 0,
            FromScratch = scratch,
            Seed = context.Seed ?? 0,
        };
    }

    /// <summary>Whether the user chose among the grids.</summary>
    public bool GivesGrid(CommandContext context) => context.Gives(grid);

    /// <summary>What is searched, or null.</summary>
    public FineTuneGrid? Grid(CommandContext context)
    {
        bool given = context.Value(rate) is not null;
        string name = context.Value(grid) ?? (given || FewLabels(context) ? "none" : "full");
        if (name != "none" && given)
        {
            throw new ConfigurationException($"--rate is given and --grid is {name}, which would choose one; leave one of them out");
        }

        if (name == "none" && context.Value(validation) is not null)
        {
            throw new ConfigurationException("--validation is given, but there is nothing to choose on it; ask for --grid full or thin, or leave it out");
        }

        FineTuneGrid? chosen = (name, context.Value(fromScratch)) switch
        {
            ("full", false) => FineTuneGrid.Full,
            ("full", true) => FineTuneGrid.FullFromScratch,
            ("thin", false) => FineTuneGrid.Thin,
            ("thin", true) => FineTuneGrid.ThinFromScratch,
            _ => null,
        };
        return chosen is not null && context.Value(decay) is { } fixedDecay ? chosen with { FixedDecay = fixedDecay } : chosen;
    }

    /// <summary>What the choice is by.</summary>
    /// <exception cref="ConfigurationException">It is given, and there is nothing to choose.</exception>
    public SelectionMetric Metric(CommandContext context, string train) => context.Gives(metric.Option) && Grid(context) is null
        ? throw new ConfigurationException($"{metric.Option.Name} is given, but there is nothing to choose by it; ask for --grid full or thin, or leave it out")
        : metric.Of(context, train);

    /// <summary>Where the network is left, or null.</summary>
    /// <exception cref="ConfigurationException">It is a file, holds something, cannot be written to, or another process has it.</exception>
    public string? Output(CommandContext context)
    {
        string? directory = context.Value(output);
        if (directory is null)
        {
            return null;
        }

        try
        {
            bool free = !string.IsNullOrWhiteSpace(directory) && !File.Exists(directory)
                && Directory.CreateDirectory(directory).EnumerateFileSystemInfos().All(entry => entry.FullName == Path.GetFullPath(new RunDirectory(directory).LockFile));
            if (!free)
            {
                throw new ConfigurationException($"--out: '{directory}' is not a new or empty directory; choose another");
            }

            new RunDirectory(directory).Lock().Dispose();   // Told now, and not after the training: that another process has it, or that it cannot be written to.
            return directory;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"--out: '{directory}' cannot be used: {error.Message}", error);
        }
    }

    private static void RefuseTogether(CommandContext context, params Option[] options)
    {
        string[] given = [.. options.Where(context.Gives).Select(option => option.Name)];
        if (given.Length > 1)
        {
            throw new ConfigurationException($"{string.Join(" and ", given)} exclude each other; leave all but one of them out");
        }
    }
}

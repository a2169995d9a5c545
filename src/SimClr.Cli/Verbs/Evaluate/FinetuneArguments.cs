using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using SimClr.Checkpoints;
using SimClr.Data;
using SimClr.Evaluation;
using SimClr.Training;

namespace SimClr.Cli.Verbs;

/// <summary>
/// The arguments of <c>simclr evaluate finetune</c> apart from encoder and sets, and the recipe derived from them.
/// </summary>
internal sealed class FinetuneArguments
{
    private static readonly string[] Grids = ["full", "thin", "none"];

    private readonly Option<string?> validation = new("--validation")
    {
        Description = "Labeled images to choose rate and decay on. Default: "
            + "a fifth of the training images of each class, drawn by seed.",
        HelpName = "DATA",
    };

    private readonly Option<double?> fraction = NumberOption.Positive(
        "--label-fraction",
        "Train on this fraction of the training images, such as 0.01, balanced over the classes "
            + "where possible, drawn by seed");

    private readonly Option<long?> perClass = NumberOption.Integer(
        "--labels-per-class", "Train on this many images of each class, drawn by seed", 1);

    private readonly Option<string?> list = new("--label-list")
    {
        Description = "Train on the images listed in this file, one per line, by file name or end of path",
        HelpName = "FILE",
    };

    private readonly Option<double?> rate = NumberOption.NonNegative(
        "--rate", "Learning rate of the first step; disables the search");

    private readonly Option<double?> decay = NumberOption.NonNegative(
        "--weight-decay", "Weight decay. Default: 0 with --rate or few labels, else chosen by the search.");

    private readonly Option<string?> grid = ChoiceOption.Create(
        "--grid",
        "Size of the search over rates and weight decays, 56 settings, 6 or none",
        Grids,
        "full; none with few labels or --rate");

    private readonly MetricOption metric = new("rate and decay");

    private readonly Option<long?> epochs = NumberOption.Integer("--epochs", "Passes over the labeled images", 1);

    private readonly Option<long?> steps = NumberOption.Integer(
        "--steps",
        "Training steps, instead of --epochs. Default: 20000 (40000 from scratch); "
            + "with few labels, 60 or 30 epochs, but at least 180 or 930 steps.",
        1);

    private readonly Option<long?> batchSize = NumberOption.Integer(
        "--batch-size", "Images per step. Default: 256, or fewer with few labels.", 2);

    private readonly Option<long?> layers = NumberOption.Integer(
        "--from-projection-layer", "Keep this many layers of the projection head in the network, as in SimCLRv2", 1);

    private readonly Option<bool> fromScratch = new("--from-scratch")
    {
        Description = "Start from random weights instead of the encoder, as a baseline",
    };

    private readonly Option<double?> smoothing = NumberOption.Share(
        "--label-smoothing", "Share of each label spread over all classes, from 0 to below 1. Default: 0.");

    private readonly Option<string?> output = new("--out")
    {
        Description = "New or empty directory for the fine-tuned encoder and its classifier",
        HelpName = "DIR",
    };

    public void AddTo(Command command)
    {
        foreach (Option option in new Option[]
        {
            validation, fraction, perClass, list, rate, decay, grid, metric.Option, epochs, steps, batchSize, layers,
            fromScratch, smoothing, output,
        })
        {
            command.Add(option);
        }
    }

    /// <summary>Returns the data argument of the validation images, or null.</summary>
    public string? Validation(CommandContext context) => context.Value(validation);

    /// <summary>Whether the user requested training with few labels.</summary>
    public bool FewLabels(CommandContext context)
        => context.Value(fraction) is not null
            || context.Value(perClass) is not null
            || context.Value(list) is not null;

    /// <summary>Returns the labeled training images to use.</summary>
    public ImageDataSet Labeled(CommandContext context, ImageDataSet train)
    {
        RejectTogether(context, fraction, perClass, list);
        long seed = context.Seed ?? 0;
        return context.Value(fraction) is { } share
            ? train.Subset(LabelSubset.Fraction(train.RequireLabels(), share, seed))
            : context.Value(perClass) is { } number
                ? train.Subset(LabelSubset.PerClass(train.RequireLabels(), (int)number, seed, train.ClassNames))
            : context.Value(list) is { } file ? train.Subset(LabelList.Read(train, file))
            : train;
    }

    /// <summary>Returns the recipe.</summary>
    /// <param name="context">The command line.</param>
    /// <param name="labels">The number of labeled training images.</param>
    /// <param name="all">The number of training images.</param>
    public FineTuneOptions Recipe(CommandContext context, int labels, int all)
    {
        RejectTogether(context, epochs, steps);
        bool scratch = context.Value(fromScratch);
        FineTuneOptions options = FewLabels(context) ? FineTuneOptions.ForFewLabels(labels, all)
            : scratch ? new FineTuneOptions { Steps = FineTuneOptions.StepsFromScratch }
            : new FineTuneOptions();
        options = context.Value(batchSize) is { } batch
            ? options.WithBatch((int)batch)
            : options.WithBatch(options.BatchSize);
        options = context.Value(steps) is { } count ? options with { Steps = (int)count, Epochs = null } : options;
        return options with
        {
            Epochs = (int?)context.Value(epochs) ?? options.Epochs,
            MinSteps = context.IsSpecified(epochs) ? 0 : options.MinSteps,
            Rate = context.Value(rate) ?? options.Rate,
            WeightDecay = context.Value(decay) ?? 0,
            ProjectionLayers = (int?)context.Value(layers) ?? 0,
            FromScratch = scratch,
            LabelSmoothing = context.Value(smoothing) ?? 0,
            Seed = context.Seed ?? 0,
        };
    }

    /// <summary>Whether the user chose a grid.</summary>
    public bool SpecifiesGrid(CommandContext context) => context.IsSpecified(grid);

    /// <summary>Returns the grid to search, or null.</summary>
    public FineTuneGrid? Grid(CommandContext context)
    {
        bool given = context.Value(rate) is not null;
        string name = context.Value(grid) ?? (given || FewLabels(context) ? "none" : "full");
        if (name != "none" && given)
        {
            throw new ConfigurationException($"--rate and --grid {name} cannot be combined; use only one of them");
        }

        if (name == "none" && context.Value(validation) is not null)
        {
            throw new ConfigurationException(
                "--validation has no effect without a search; use --grid full or thin, or omit it");
        }

        FineTuneGrid? chosen = name == "none" ? null : GridOf(name == "full", context.Value(fromScratch));
        return chosen is not null && context.Value(decay) is { } fixedDecay
            ? chosen with { FixedDecay = fixedDecay }
            : chosen;
    }

    /// <summary>
    /// Returns the paper's grid, or 6 points of it, for a start from an encoder or from random weights.
    /// </summary>
    public static FineTuneGrid GridOf(bool full, bool scratch) => (full, scratch) switch
    {
        (true, false) => FineTuneGrid.Full,
        (true, true) => FineTuneGrid.FullFromScratch,
        (false, false) => FineTuneGrid.Thin,
        (false, true) => FineTuneGrid.ThinFromScratch,
    };

    /// <summary>Returns the settings as they were asked for, for the record of the evaluation.</summary>
    public static JsonObject Settings(FinetuneInputs call)
    {
        JsonObject json = JsonSerializer.SerializeToNode(call.Options, Internals.Json.Compact)!.AsObject();
        json["grid"] = call.Grid is null ? null : JsonSerializer.SerializeToNode(call.Grid, Internals.Json.Compact);
        json["metric"] = call.Grid is null ? null : MetricOption.NameOf(call.Metric);
        return json;
    }

    /// <summary>Returns the metric by which the settings are chosen.</summary>
    /// <exception cref="ConfigurationException">A metric is specified, but there is nothing to choose.</exception>
    public SelectionMetric Metric(CommandContext context, string train)
        => context.IsSpecified(metric.Option) && Grid(context) is null
            ? throw new ConfigurationException(
                $"{metric.Option.Name} has no effect without a search; use --grid full or thin, or omit it")
            : metric.Resolve(context, train);

    /// <summary>Returns the directory for the fine-tuned network, or null.</summary>
    /// <exception cref="ConfigurationException">
    /// The directory is a file, not empty, not writable, or in use by another process.
    /// </exception>
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
                && Directory.CreateDirectory(directory)
                    .EnumerateFileSystemInfos()
                    .All(entry => entry.FullName == Path.GetFullPath(new RunDirectory(directory).LockFile));
            if (!free)
            {
                throw new ConfigurationException(
                    $"--out: '{directory}' is not a new or empty directory; choose another");
            }

            // Reports now rather than after training that the directory is in use by another process or not writable.
            new RunDirectory(directory).Lock().Dispose();
            return directory;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"--out: '{directory}' cannot be used: {error.Message}", error);
        }
    }

    private static void RejectTogether(CommandContext context, params Option[] options)
    {
        string[] given = [.. options.Where(context.IsSpecified).Select(option => option.Name)];
        if (given.Length > 1)
        {
            throw new ConfigurationException($"{string.Join(" and ", given)} cannot be combined; use only one of them");
        }
    }
}

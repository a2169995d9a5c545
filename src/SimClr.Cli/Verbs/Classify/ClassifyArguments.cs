using System.CommandLine;
using SimClr.Cli.Outputs;

namespace SimClr.Cli.Verbs;

/// <summary>The arguments of <c>simclr classify</c>.</summary>
internal sealed class ClassifyArguments
{
    private const int DefaultTop = 5;

    public Argument<string?> Model { get; } = new("MODEL")
    {
        Description = "Classifier file (.simclr), or the directory of a supervised run or of a fine-tuned network",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public Argument<string?> Images { get; } = new("IMAGES")
    {
        Description = "Images: a folder, a manifest or a data spec (see 'simclr --help')",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public OutputOption Out { get; } = new(
        "--out", OutputKinds.Classifications, "Write the predictions: .csv, .parquet or .json");

    public OutputOption Html { get; } = OutputOptions.Html(
        "classes", "Write an HTML page that shows the images by class");

    public Option<long?> Top { get; } = NumberOption.Integer(
        "--top", $"Number of most probable classes to list for each image. Default: {DefaultTop}.", 1);

    public Option<double?> MinConfidence { get; } = NumberOption.Share(
        "--min-confidence", "Probability below which an image counts as uncertain, 0 to below 1. Default: 0.");

    public Option<string?> CopyTo { get; } = new("--copy-to")
    {
        Description = "Copy the images into one folder per class below this one",
        HelpName = "DIR",
    };

    public Option<string?> MoveTo { get; } = new("--move-to")
    {
        Description = "Move the images into one folder per class below this one, and list the moves in its undo.csv",
        HelpName = "DIR",
    };

    public Option<bool> DryRun { get; } = new("--dry-run")
    {
        Description = "Print what --copy-to, --move-to or --undo would do, and leave all files where they are",
    };

    public Option<string?> Undo { get; } = new("--undo")
    {
        Description = "Move the images listed in an undo.csv back, instead of classifying",
        HelpName = "FILE",
    };

    public Option<string[]> Set { get; } = ReadingOption.Create("the defaults");

    public void AddTo(Command verb)
    {
        verb.Add(Model);
        verb.Add(Images);
        foreach (Option option in new Option[] { Out, Html, Top, MinConfidence, CopyTo, MoveTo, DryRun, Undo, Set })
        {
            verb.Add(option);
        }
    }

    /// <summary>Returns the value of an argument that only <c>--undo</c> may omit.</summary>
    public static string Required(string? value, Argument argument)
        => value ?? throw new ConfigurationException(
            $"{argument.Name} is missing: {argument.Description}. See 'simclr classify --help'");

    /// <summary>Returns the number of classes to list for each image.</summary>
    public int TopOf(CommandContext context, int classes)
        => (int)Math.Min(context.Value(Top) ?? DefaultTop, classes);

    /// <summary>Returns the folder to copy or move to, with the option that names it; null for none.</summary>
    /// <exception cref="ConfigurationException">Both are given, or a dry run of nothing.</exception>
    public (string Option, string Directory, TransferMode Mode)? TransferOf(CommandContext context)
        => (context.Value(CopyTo), context.Value(MoveTo)) switch
        {
            ({ }, { }) => throw new ConfigurationException("got --copy-to and --move-to, expected one of the two"),
            ({ } directory, null) => (CopyTo.Name, directory, TransferMode.Copy),
            (null, { } directory) => (MoveTo.Name, directory, TransferMode.Move),
            _ => context.Value(DryRun)
                ? throw new ConfigurationException("--dry-run applies to --copy-to, --move-to and --undo; got none")
                : null,
        };

    /// <summary>Rejects everything that has no meaning with <c>--undo</c>.</summary>
    public void RequireUndoAlone(CommandContext context)
    {
        string? other = new Symbol?[] { context.Value(Model) is null ? null : Model }
            .Concat(new Option[] { Out, Html, Top, MinConfidence, CopyTo, MoveTo, Set }.Where(context.IsSpecified))
            .FirstOrDefault(symbol => symbol is not null)?.Name;
        if (other is not null)
        {
            throw new ConfigurationException($"--undo moves images back and does not classify; omit {other}");
        }
    }
}

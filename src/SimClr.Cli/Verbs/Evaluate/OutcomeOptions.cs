using System.CommandLine;
using SimClr.Cli.Outputs;
using SimClr.Evaluation;

namespace SimClr.Cli.Verbs;

/// <summary>What every measure that ends in an <see cref="EvaluationOutcome"/> can be asked to print or write besides.</summary>
internal sealed class OutcomeOptions
{
    private readonly Option<bool> perClass = new("--per-class")
    {
        Description = "Add the accuracy and the most frequent confusions of each class; with --json, the confusion matrix too",
    };

    private readonly OutputOption predictions = new(
        "--predictions", OutputKinds.Predictions, "Write the prediction for each test image (path,label,prediction,correct), for 'simclr evaluate compare'")
    {
        HelpName = "FILE.csv",
    };

    public void AddTo(Command command)
    {
        command.Add(perClass);
        command.Add(predictions);
    }

    /// <summary>What the user asked for.</summary>
    public OutcomeReport Open(CommandContext context) => new(context, context.Value(perClass), context.File(predictions));
}

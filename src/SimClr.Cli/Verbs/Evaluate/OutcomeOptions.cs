using System.CommandLine;
using SimClr.Cli.Outputs;
using SimClr.Evaluation;

namespace SimClr.Cli.Verbs;

/// <summary>The additional outputs of every evaluation that produces an <see cref="EvaluationOutcome"/>.</summary>
internal sealed class OutcomeOptions
{
    private readonly Option<bool> perClass = new("--per-class")
    {
        Description =
            "Add the accuracy and the most frequent confusions of each class; with --json, the confusion matrix too",
    };

    private readonly OutputOption predictions = new(
        "--predictions",
        OutputKinds.Predictions,
        "Write the prediction for each test image (path,label,prediction,correct), for 'simclr evaluate compare'")
    {
        HelpName = "FILE.csv",
    };

    private readonly Option<bool> keepPredictions = EvaluationRecords.KeepPredictions();

    public void AddTo(Command command)
    {
        command.Add(perClass);
        command.Add(predictions);
        command.Add(keepPredictions);
    }

    /// <summary>Returns the outputs requested by the user.</summary>
    /// <exception cref="ConfigurationException">Predictions cannot be kept with an encoder file.</exception>
    public OutcomeReport Open(CommandContext context, EvaluationArguments arguments)
    {
        bool keeps = context.Value(keepPredictions);
        EvaluationRecords.RequireDirectory(context.Value(arguments.Run), keeps);
        return new OutcomeReport(context, context.Value(perClass), context.File(predictions), keeps);
    }
}

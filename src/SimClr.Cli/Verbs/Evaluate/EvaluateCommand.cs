using System.CommandLine;

namespace SimClr.Cli.Verbs;

/// <summary>The parent verb of <c>simclr evaluate knn</c> and the other evaluations of an encoder.</summary>
internal static class EvaluateCommand
{
    public static Command Create() => new Verb(
        "evaluate",
        "Evaluate an encoder on labeled images.",
        "simclr evaluate knn runs/photos --train ./labeled/train --test ./labeled/test")
    {
        EvaluateKnnCommand.Create(),
        EvaluateLinearCommand.Create(),
        EvaluateLogisticCommand.Create(),
        EvaluateFinetuneCommand.Create(),
        EvaluateTransferCommand.Create(),
        EvaluateTransformationsCommand.Create(),
        EvaluateContrastiveCommand.Create(),
        EvaluateSpectrumCommand.Create(),
        EvaluateCompareCommand.Create(),
    };
}

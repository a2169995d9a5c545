using SimClr.Data;
using SimClr.Evaluation;
using SimClr.Training;

namespace SimClr.Cli.Verbs;

/// <summary>The open encoder and images of one <c>simclr evaluate finetune</c> command, and its settings.</summary>
/// <param name="Input">The encoder and the two sets.</param>
/// <param name="Labeled">The labeled training images to use.</param>
/// <param name="Options">The recipe.</param>
/// <param name="Grid">The grid to search, or null.</param>
/// <param name="Metric">The metric of the search.</param>
internal sealed record FinetuneInputs(
    EvaluationInputs Input, ImageDataSet Labeled, FineTuneOptions Options, FineTuneGrid? Grid, SelectionMetric Metric)
    : IDisposable
{
    /// <inheritdoc cref="EvaluationInputs.Open"/>
    public static FinetuneInputs Open(
        CommandContext context, EvaluationArguments arguments, FinetuneArguments finetune, int? cores)
    {
        FineTuneGrid? grid = finetune.Grid(context);
        SelectionMetric metric = finetune.Metric(context, context.Value(arguments.Train)!);
        EvaluationInputs input = EvaluationInputs.Open(context, arguments, cores, finetune.Validation(context));
        try
        {
            ImageDataSet labeled = finetune.Labeled(context, input.Train);
            return new FinetuneInputs(
                input, labeled, finetune.Recipe(context, labeled.Count, input.Train.Count), grid, metric);
        }
        catch
        {
            input.Dispose();
            throw;
        }
    }

    public void Dispose() => Input.Dispose();
}

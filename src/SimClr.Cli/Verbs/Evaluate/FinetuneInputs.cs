using SimClr.Data;
using SimClr.Evaluation;
using SimClr.Training;

namespace SimClr.Cli.Verbs;

/// <summary>One call of <c>simclr evaluate finetune</c>: its encoder and images, opened, and what is to be done with them.</summary>
/// <param name="Input">The encoder and the two sets.</param>
/// <param name="Labeled">The training images that are learned from.</param>
/// <param name="Options">The recipe.</param>
/// <param name="Grid">What is searched, or null.</param>
/// <param name="Metric">What the search is judged by.</param>
internal sealed record FinetuneInputs(
    EvaluationInputs Input, ImageDataSet Labeled, FineTuneOptions Options, FineTuneGrid? Grid, SelectionMetric Metric) : IDisposable
{
    /// <inheritdoc cref="EvaluationInputs.Open"/>
    public static FinetuneInputs Open(CommandContext context, EvaluationArguments arguments, FinetuneArguments finetune, int? cores)
    {
        FineTuneGrid? grid = finetune.Grid(context);
        SelectionMetric metric = finetune.Metric(context, context.Value(arguments.Train)!);
        EvaluationInputs input = EvaluationInputs.Open(context, arguments, cores, finetune.Validation(context));
        try
        {
            ImageDataSet labeled = finetune.Labeled(context, input.Train);
            return new FinetuneInputs(input, labeled, finetune.Recipe(context, labeled.Count, input.Train.Count), grid, metric);
        }
        catch
        {
            input.Dispose();
            throw;
        }
    }

    public void Dispose() => Input.Dispose();
}

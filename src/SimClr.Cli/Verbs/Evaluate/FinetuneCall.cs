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
internal sealed record FinetuneCall(
    EvaluationInput Input, ImageDataSet Labeled, FineTuneOptions Options, FineTuneGrid? Grid, SelectionMetric Metric) : IDisposable
{
    /// <inheritdoc cref="EvaluationInput.Open"/>
    public static FinetuneCall Open(CommandContext context, EvaluationArguments arguments, FinetuneArguments own, int? cores)
    {
        FineTuneGrid? grid = own.Grid(context);
        SelectionMetric metric = own.Metric(context, context.Value(arguments.Train)!);
        EvaluationInput input = EvaluationInput.Open(context, arguments, cores, own.Validation(context));
        try
        {
            ImageDataSet labeled = own.Labeled(context, input.Train);
            return new FinetuneCall(input, labeled, own.Recipe(context, labeled.Count, input.Train.Count), grid, metric);
        }
        catch
        {
            input.Dispose();
            throw;
        }
    }

    public void Dispose() => Input.Dispose();
}

using System.CommandLine;
using SimClr.Data;
using SimClr.Evaluation;

namespace SimClr.Cli.Verbs;

/// <summary><c>--metric</c>: the metric by which a setting is chosen on the validation images.</summary>
/// <param name="what">The setting, for the help: "λ".</param>
internal sealed class MetricOption(string what)
{
    private static readonly string[] Names = ["top1", "mean-per-class"];

    public Option<string?> Option { get; } = ChoiceOption.Create(
        "--metric", $"Metric that chooses {what}", Names, "that of a transfer-suite set, else top1");

    /// <summary>
    /// Returns the metric specified by the user, or the paper's metric for a set that the user names by its type.
    /// </summary>
    public SelectionMetric Resolve(CommandContext context, string train) => context.Value(Option) is { } name
        ? (name == Names[1] ? SelectionMetric.MeanPerClass : SelectionMetric.Top1)
        : TransferCatalog.FindByDataSpec(train)?.Metric == TransferMetric.MeanPerClass
            ? SelectionMetric.MeanPerClass : SelectionMetric.Top1;

    /// <summary>Returns the name of a metric.</summary>
    public static string NameOf(SelectionMetric metric) => metric == SelectionMetric.MeanPerClass ? Names[1] : Names[0];
}

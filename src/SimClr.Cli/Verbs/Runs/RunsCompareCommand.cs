using System.CommandLine;
using SimClr.Evaluation;
using SimClr.Training;

namespace SimClr.Cli.Verbs;

/// <summary><c>simclr runs compare A B …</c>.</summary>
internal static class RunsCompareCommand
{
    public static Verb Create()
    {
        var runs = new Argument<string[]>("RUN")
        {
            Description = "Two or more run directories; the others are compared with the first",
            Arity = new ArgumentArity(2, 1000),
        };
        Option<long?> samples = NumberOption.Integer(
            "--samples", "Number of random permutations. Default: 100000, as in the paper.", 1);
        var verb = new Verb(
            "compare",
            "Show how runs differ in configuration and in results.",
            "simclr runs compare runs/photos runs/warm",
            "simclr runs compare runs/a runs/b runs/c --json")
        {
            runs,
            samples,
        };
        verb.Details =
        [
            "Evaluations are compared if their kind, images and settings are the same in both runs. If both were",
            "made with --keep-predictions (or their --predictions files still exist), the paper's permutation test",
            "says whether the difference may be chance on these test images, as 'simclr evaluate compare' does;",
            "otherwise the 95% intervals are compared, which is weaker. Neither says anything about runs with",
            "different seeds.",
        ];
        return verb.Handle(context => Compare(
            context,
            context.Value(runs),
            (int)(context.Value(samples) ?? PermutationTest.DefaultSamples)));
    }

    private static void Compare(CommandContext context, string[] runs, int samples)
    {
        RunSummary[] all = [.. runs.Select(RunSummary.Read)];
        foreach (string message in all.SelectMany(run => run.Unreadable))
        {
            context.WriteNote($"warning: {message}");
        }

        var differences = RunDifferences.Of(all);
        EvaluationComparison[][] results =
        [
            .. all.Skip(1).Select(
                other => EvaluationComparison.Match(all[0], other, samples, context.Seed ?? 0, context.Cancel).ToArray()),
        ];
        var report = new RunsComparisonReport(all, differences, results);
        context.Result(report.Json(), report.Lines());
    }
}

using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using SimClr.Cli.Progress;
using SimClr.Diagnostics;
using SimClr.Evaluation;
using SimClr.Training;

namespace SimClr.Cli.Verbs;

/// <summary><c>simclr evaluate spectrum RUN</c>.</summary>
internal static class EvaluateSpectrumCommand
{
    public static Verb Create()
    {
        var run = new Argument<string>("RUN") { Description = "Run directory, trained with head.kind=linear" };
        var verb = new Verb(
            "spectrum",
            "Spectrum of a linear projection head (paper, Figure B.3).",
            "simclr evaluate spectrum runs/linear-head --json")
        {
            Details =
            [
                "For a square matrix W, the squared real parts of its eigenvalues; for a rectangular one, its squared",
                "singular values; in both cases of W alone, without the batch norm after it. Few large values mean",
                "that the head keeps few directions of h.",
            ],
        };
        verb.Add(run);
        return verb.Handle(context => Evaluate(context, context.Value(run)));
    }

    private static void Evaluate(CommandContext context, string run)
    {
        ComputeEnvironment.LimitThreads(context.Threads ?? 0);
        using TorchSharp.torch.Tensor weights = TrainedHead.LinearWeights(run);
        var spectrum = WeightSpectrum.Compute(weights);
        context.Result(Json(spectrum), Lines(spectrum));
    }

    private static JsonObject Json(WeightSpectrum spectrum) => new()
    {
        ["values_of"] = spectrum.IsSquare ? "squared real parts of eigenvalues" : "squared singular values",
        ["rows"] = spectrum.Rows,
        ["columns"] = spectrum.Columns,
        ["largest"] = spectrum.Values[0],
        ["share_below_1_percent"] = spectrum.ShareBelowOnePercent,
        ["effective_rank"] = spectrum.EffectiveRank,
        ["values"] = new JsonArray([.. spectrum.Values.Select(value => JsonValue.Create(value))]),
    };

    private static IEnumerable<string> Lines(WeightSpectrum spectrum) =>
    [
        $"W of {spectrum.Rows} x {spectrum.Columns}: "
            + (spectrum.IsSquare ? "squared real parts of its eigenvalues" : "squared singular values"),
        string.Create(
            CultureInfo.InvariantCulture,
            $"largest {spectrum.Values[0]:G4}, effective rank {spectrum.EffectiveRank:F1} of {spectrum.Values.Count}, "
                + $"{ProgressText.Percent(spectrum.ShareBelowOnePercent)} of the values below 1% of the largest"),
    ];
}

using System.Text.Json.Nodes;
using SimClr.Data;
using SimClr.Evaluation;

namespace SimClr.Cli.Verbs;

/// <summary>A <see cref="TransferResult"/> as saved in a file, with the data for its tables and predictions.</summary>
internal sealed record SavedResult
{
    /// <summary>The origin of the result: encoder, settings and images.</summary>
    public required JsonNode Of { get; init; }

    public required double Value { get; init; }

    public required double[] Interval { get; init; }

    public required double Validation { get; init; }

    public required SavedSetting[] Chosen { get; init; }

    public required TransferTrial[] Search { get; init; }

    public required int TrainImages { get; init; }

    public required int TestImages { get; init; }

    public required int SkippedImages { get; init; }

    public required long Seed { get; init; }

    public required string[] Paths { get; init; }

    public required string[] ClassNames { get; init; }

    public int[]? Labels { get; init; }

    public int[]? Predictions { get; init; }

    public bool[]? AmongFive { get; init; }

    public sbyte[]? Marks { get; init; }

    public float[]? Scores { get; init; }

    public static SavedResult From(JsonNode origin, TransferResult result, long seed) => new()
    {
        Of = origin,
        Value = result.Value,
        Interval = [result.Interval.Low, result.Interval.High],
        Validation = result.Validation,
        Chosen = [.. result.Chosen.Select(setting => new SavedSetting(setting.Name, setting.Value))],
        Search = [.. result.Search],
        TrainImages = result.TrainImages,
        TestImages = result.TestImages,
        SkippedImages = result.SkippedImages,
        Seed = seed,
        Paths = [.. result.Outcome?.Paths ?? result.Scores!.Paths],
        ClassNames = [.. result.ClassNames],
        Labels = result.Outcome?.Labels.ToArray(),
        Predictions = result.Outcome?.Predictions.ToArray(),
        AmongFive = result.Outcome?.InTop5?.ToArray(),
        Marks = result.Scores?.Marks,
        Scores = result.Scores?.Scores,
    };

    /// <summary>Restores the result.</summary>
    /// <exception cref="ArgumentException">The parts are inconsistent.</exception>
    public TransferResult ToResult(TransferSplits splits)
    {
        bool several = splits.Test.MultiLabels is not null;
        if (Interval is not { Length: 2 }
            || Of is null
            || Search is null
            || Paths is null
            || ClassNames is null
            || Chosen is null
            || Array.Exists(Chosen, setting => setting is null)
            || Paths.Contains(null)
            || ClassNames.Contains(null)
            || (several ? Marks is null || Scores?.Length != Marks.Length : Labels is null || Predictions is null))
        {
            throw new ArgumentException("the result is incomplete");
        }

        return new TransferResult(
            splits.Set, Value, new Interval(Interval[0], Interval[1]), Validation,
            [.. Chosen.Select(setting => (setting.Name, setting.Value))], TrainImages, TestImages, SkippedImages,
            splits.IsPartial)
        {
            Search = Search,
            Scores = several ? new MultiLabelScores(Paths, ClassNames, Marks!, Scores!) : null,
            Outcome = several ? null
                : EvaluationOutcome.FromSaved(Paths, Labels!, Predictions!, AmongFive, ClassNames, Seed),
        };
    }
}

/// <summary>A chosen setting.</summary>
internal sealed record SavedSetting(string Name, double Value);

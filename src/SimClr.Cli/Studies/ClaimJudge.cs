using System.Globalization;
using System.Text.Json.Nodes;
using SimClr.Evaluation;

namespace SimClr.Cli.Studies;

/// <summary>
/// Judges claims by the results. A comparison is a difference whose 95% interval excludes zero: over the seeds (each
/// seed with itself, Student's t), or over the test images if there is one seed. A trend also needs a rank correlation
/// over all points and seeds that chance would give in less than 5% of permutations.
/// </summary>
/// <param name="results">The results.</param>
internal sealed class ClaimJudge(StudyResults results)
{
    private const double Significance = 0.05;

    private const int MaxLabels = 4;

    // In the unit of the measure: percentage points for accuracies.
    private const double DefaultMargin = 1;

    /// <summary>Judges one claim.</summary>
    public ClaimOutcome Judge(StudyClaim claim) => claim.Kind switch
    {
        "trend" => Trend(claim),
        "compare" => Compare(claim),
        "best" => Best(claim),
        "gap" => Gap(claim),
        "correlation" => Correlation(claim),
        "level" => Level(claim),
        _ => throw new ArgumentException($"unknown kind of claim '{claim.Kind}'", nameof(claim)),
    };

    private ClaimOutcome Trend(StudyClaim claim)
    {
        var all = new ClaimSelection(results, claim.Arguments);
        string along = (string)claim.Arguments["along"]!;
        string direction = (string)claim.Arguments["direction"]!;
        StudyAxis axis = results.Plan.Axes.First(axis => axis.Name == along);
        (string Label, ClaimSelection At)[] points = [.. all.Along(claim.Arguments["along"]!)];
        List<(long Seed, double Index, double Value)> values = [];
        foreach ((int index, (_, ClaimSelection at)) in points.Index())
        {
            if (at.Seeds() is not { } seeds)
            {
                return NotMeasured(claim);
            }

            values.AddRange(seeds.Select(seed => (seed.Key, (double)index, seed.Value)));
        }

        if (points.Length < 2)
        {
            return NotMeasured(claim);
        }

        double sign = direction.EndsWith("falling", StringComparison.Ordinal) ? -1 : 1;

        // Each seed with itself: what all values of a seed share says nothing about the trend.
        Dictionary<long, double> means = values.GroupBy(value => value.Seed)
            .ToDictionary(seed => seed.Key, seed => seed.Average(value => value.Value));
        RankCorrelation correlation = RankCorrelation.Compute(
            [.. values.Select(value => value.Index)],
            [.. values.Select(value => sign * (value.Value - means[value.Seed]))]);
        ClaimDifference ends = ClaimDifference.Subtract(points[^1].At, points[0].At);
        bool isTrend = correlation.Rho > 0
            && correlation.PValue < Significance
            && (sign > 0 ? ends.Low > 0 : ends.High < 0);

        // The absence of a trend must be shown, too: the interval excludes a change by more than the margin.
        double margin = Limit(claim, "by") ?? DefaultMargin;
        bool holds = direction.StartsWith("not ", StringComparison.Ordinal)
            ? sign > 0 ? ends.High < margin : ends.Low > -margin
            : isTrend;
        return Outcome(
            claim,
            holds,
            string.Create(
                CultureInfo.InvariantCulture,
                $"rank correlation with {axis.Title} {Plain(sign * correlation.Rho)} (p "
                    + $"{Probability(correlation.PValue)}); ")
                + $"from {points[0].Label} to {points[^1].Label}: {ends.Text}",
            ("rho", sign * correlation.Rho),
            ("p", correlation.PValue),
            ("difference", ends.Mean),
            ("low", ends.Low),
            ("high", ends.High));
    }

    private ClaimOutcome Compare(StudyClaim claim)
    {
        ClaimSelection more = Select(claim, "more");
        ClaimSelection less = Select(claim, "less");
        if (more.Seeds() is not { } first || less.Seeds() is not { } second)
        {
            return NotMeasured(claim);
        }

        double by = Limit(claim, "by") ?? 0;
        ClaimDifference difference = ClaimDifference.Subtract(more, less);
        return Outcome(
            claim,
            difference.Low > by,
            $"{more}: {StudyText.Plain(first.Values.Average(), more.Measure)}; "
                + $"{less}: {StudyText.Plain(second.Values.Average(), less.Measure)}; difference "
                + difference.Text,
            ("difference", difference.Mean),
            ("low", difference.Low),
            ("high", difference.High));
    }

    private ClaimOutcome Best(StudyClaim claim)
    {
        var all = new ClaimSelection(results, claim.Arguments);
        string[] expected = [.. ((JsonArray)claim.Arguments["in"]!).Select(item => item!.ToString())];
        List<(string Label, ClaimSelection At, double Mean)> means = [];
        foreach ((string label, ClaimSelection at) in all.Along(claim.Arguments["along"]!))
        {
            if (at.Seeds() is not { } seeds)
            {
                return NotMeasured(claim);
            }

            means.Add((label, at, seeds.Values.Average()));
        }

        (string Label, ClaimSelection At, double Mean)[] inside =
            [.. means.Where(point => expected.Contains(point.Label))];
        (string Label, ClaimSelection At, double Mean)[] outside =
            [.. means.Where(point => !expected.Contains(point.Label))];
        if (inside.Length == 0 || outside.Length == 0)
        {
            return NotMeasured(claim);
        }

        (string Label, ClaimSelection At, double Mean) best = inside.MaxBy(point => point.Mean);
        (string Label, ClaimSelection At, double Mean) rival = outside.MaxBy(point => point.Mean);
        ClaimDifference difference = ClaimDifference.Subtract(best.At, rival.At);
        return Outcome(
            claim,
            difference.Low > 0,
            $"{BestOf(inside, best)}; {BestOf(outside, rival)}; difference {difference.Text}",
            ("best", best.Mean),
            ("rival", rival.Mean),
            ("difference", difference.Mean),
            ("low", difference.Low),
            ("high", difference.High));
    }

    private static string BestOf(
        (string Label, ClaimSelection At, double Mean)[] points, (string Label, ClaimSelection At, double Mean) best)
    {
        string all = points.Length <= MaxLabels
            ? string.Join(", ", points.Select(point => point.Label))
            : $"{points.Length} others";
        return points.Length == 1
            ? $"{best.Label}: {StudyText.Plain(best.Mean, best.At.Measure)}"
            : $"best of {all}: {best.Label}, {StudyText.Plain(best.Mean, best.At.Measure)}";
    }

    private ClaimOutcome Gap(StudyClaim claim)
    {
        JsonObject at = (JsonObject)claim.Arguments["at"]!;
        JsonObject than = (JsonObject)claim.Arguments["than"]!;
        ClaimSelection[] four =
        [
            Select(claim, "more").And(at),
            Select(claim, "less").And(at),
            Select(claim, "more").And(than),
            Select(claim, "less").And(than),
        ];
        if (four.Any(selection => selection.Seeds() is null))
        {
            return NotMeasured(claim);
        }

        ClaimDifference here = ClaimDifference.Subtract(four[0], four[1]);
        ClaimDifference there = ClaimDifference.Subtract(four[2], four[3]);
        ClaimDifference difference = here.Minus(there);
        return Outcome(
            claim,
            difference.Low > 0,
            $"gap {here.SignedMean} at {new ClaimSelection(results, at)}, "
                + $"{there.SignedMean} at {new ClaimSelection(results, than)}: {difference.Text}",
            ("gap", here.Mean),
            ("other_gap", there.Mean),
            ("difference", difference.Mean),
            ("low", difference.Low),
            ("high", difference.High));
    }

    private ClaimOutcome Correlation(StudyClaim claim)
    {
        var all = new ClaimSelection(results, claim.Arguments);
        ClaimSelection x = all.And(new JsonObject { ["measure"] = claim.Arguments["x"]!.DeepClone() });
        ClaimSelection y = all.And(new JsonObject { ["measure"] = claim.Arguments["y"]!.DeepClone() });
        (double X, double Y)[] pairs =
        [
            .. x.Points.Join(
                    y.Points,
                    point => (point.Arm.Name, string.Join('\0', point.Points)),
                    point => (point.Arm.Name, string.Join('\0', point.Points)),
                    (first, second) => (X: first.Mean, Y: second.Mean))
                .Where(pair => double.IsFinite(pair.X) && double.IsFinite(pair.Y)),
        ];
        if (pairs.Length < 4 || x.Points.Concat(y.Points).Any(point => point.Missing > 0))
        {
            return NotMeasured(claim);
        }

        double sign = (string?)claim.Arguments["direction"] == "falling" ? -1 : 1;
        RankCorrelation correlation = RankCorrelation.Compute(
            [.. pairs.Select(pair => pair.X)], [.. pairs.Select(pair => sign * pair.Y)]);
        return Outcome(
            claim,
            correlation.Rho > 0 && correlation.PValue < Significance,
            string.Create(
                CultureInfo.InvariantCulture,
                $"rank correlation {Plain(sign * correlation.Rho)} over {pairs.Length} points (p "
                    + $"{Probability(correlation.PValue)})"),
            ("rho", sign * correlation.Rho),
            ("p", correlation.PValue));
    }

    private ClaimOutcome Level(StudyClaim claim)
    {
        var selection = new ClaimSelection(results, claim.Arguments);
        if (selection.Seeds() is not { } seeds)
        {
            return NotMeasured(claim);
        }

        double mean = seeds.Values.Average();
        Interval? interval = StudentT.MeanInterval([.. seeds.Values]) ?? selection.TestInterval();
        (double low, double high) = interval is { } known ? (known.Low, known.High) : (mean, mean);
        StudyMeasure measure = selection.Measure;
        bool holds = Limit(claim, "above") is { } above ? low > above : high < Limit(claim, "below")!.Value;
        return Outcome(
            claim,
            holds,
            $"{selection}: {StudyText.Plain(mean, measure)}"
                + (interval is null ? "" : $" [{StudyText.Plain(low, measure)}, {StudyText.Plain(high, measure)}]")
                + $" ({IntervalText(seeds.Count, interval)})",
            ("mean", mean),
            ("low", low),
            ("high", high));
    }

    private static double? Limit(StudyClaim claim, string name)
        => claim.Arguments[name] is { } limit
            ? double.Parse(limit.ToJsonString(), CultureInfo.InvariantCulture)
            : null;

    private ClaimSelection Select(StudyClaim claim, string which)
    {
        JsonObject own = claim.Arguments[which]!.DeepClone().AsObject();
        if (claim.Arguments["measure"] is { } measure && own["measure"] is null)
        {
            own["measure"] = measure.DeepClone();
        }

        return new ClaimSelection(results, own);
    }

    private static ClaimOutcome Outcome(
        StudyClaim claim, bool holds, string finding, params (string Name, double Value)[] numbers)
        => new(
            claim.Text,
            holds,
            finding,
            numbers.Where(number => double.IsFinite(number.Value))
                .ToDictionary(number => number.Name, number => Math.Round(number.Value, 4)));

    private static ClaimOutcome NotMeasured(StudyClaim claim)
        => new(claim.Text, null, "not measured at this scale, or not yet", new Dictionary<string, double>());

    private static string Probability(double p)
        => p < 0.001 ? "< 0.001" : string.Create(CultureInfo.InvariantCulture, $"{p:F3}");

    // Rounded before, or a small negative number would be a negative zero.
    private static string Plain(double value)
        => Math.Round(value, 2).ToString("0.00;−0.00;0.00", CultureInfo.InvariantCulture);

    private static string IntervalText(int seeds, Interval? interval)
        => seeds > 1 ? $"95% over {seeds} seeds" : interval is null ? "one value" : "95% over the test images";
}

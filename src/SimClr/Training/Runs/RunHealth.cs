using System.Globalization;
using SimClr.Internals;
using SimClr.Losses;
using static TorchSharp.torch;

namespace SimClr.Training;

/// <summary>The health of training, measured on one batch.</summary>
/// <param name="Loss">The loss.</param>
/// <param name="ChanceLoss">
/// The loss at chance level: for NT-Xent ln(2N − 1), close to the loss of an untrained network.
/// </param>
/// <param name="ContrastiveAccuracy">
/// The share of views whose positive is the most similar of the 2N − 1 others, 0 … 1.
/// </param>
/// <param name="Candidates">2N − 1.</param>
/// <param name="SpreadH">
/// The spread of h over the unit sphere: 0 if all images share one representation, 1 if the representations point
/// evenly in all directions.
/// </param>
/// <param name="SpreadZ">The spread of the projection z.</param>
public sealed record RunHealth(
    double Loss, double ChanceLoss, double ContrastiveAccuracy, int Candidates, double SpreadH, double SpreadZ)
{
    private const double CollapsedSpread = 0.02;

    // Thresholds for a result that is better than guessing by more than luck.
    private const double MinGain = 0.02;
    private const int TimesChance = 3;

    // Past warm-up: the number of steps in ten logged steps, over which RunMeter judges chance.
    private const int EarlySteps = 100;

    /// <summary>
    /// Whether the run is supervised. <see cref="ContrastiveAccuracy"/> is then the share of images whose own class
    /// gets the highest of <see cref="Candidates"/> logits, chance is ln(classes), and <see cref="SpreadZ"/> is the
    /// spread of h.
    /// </summary>
    public bool Supervised { get; private init; }

    /// <summary>The logged metrics, by name.</summary>
    internal IEnumerable<KeyValuePair<string, double>> Metrics =>
    [
        new("chance_loss", ChanceLoss),
        new(Supervised ? "batch_top1" : "positive_first", ContrastiveAccuracy),
        new("spread_h", SpreadH),
        .. Supervised ? Array.Empty<KeyValuePair<string, double>>() : [new("spread_z", SpreadZ)],
    ];

    /// <summary>Whether the representations or projections of all images are (nearly) the same.</summary>
    public bool Collapsed => SpreadH < CollapsedSpread || SpreadZ < CollapsedSpread;

    /// <summary>
    /// Whether the run is in warm-up or in the 100 steps after it and the loss is not yet better than guessing. Even
    /// random weights rank many positives first, by their colors, and at low temperatures they start with a loss far
    /// above chance. Neither shows yet whether anything is learned.
    /// </summary>
    public bool JustStarting => !Collapsed && IsEarly && !BeatsChance;

    /// <summary>Whether the step is in warm-up or in the 100 steps after it.</summary>
    internal bool IsEarly { get; private init; }

    private bool BeatsChance => Loss < ChanceLoss - MinGain;

    /// <summary>
    /// Whether, past the first steps, nothing distinguishes a view's positive from the others: neither the loss nor the
    /// ranking is better than guessing. Both are checked, because at low temperatures the loss can stay above chance
    /// long after learning has begun.
    /// </summary>
    internal bool AtChance
        => !Collapsed && !JustStarting && !BeatsChance && ContrastiveAccuracy < (double)TimesChance / Candidates;

    /// <summary>Returns the health at a logged step; null if the log lacks it.</summary>
    /// <param name="metrics">The values of the step by name, as in <c>metrics.jsonl</c>.</param>
    /// <param name="run">The record of the run.</param>
    public static RunHealth? FromMetrics(IReadOnlyDictionary<string, double> metrics, RunRecord run)
    {
        ArgumentNullException.ThrowIfNull(metrics);
        ArgumentNullException.ThrowIfNull(run);
        bool supervised = run.Task == RunRecord.Supervision;
        if (!metrics.TryGetValue("loss", out double loss)
            || !metrics.TryGetValue("chance_loss", out double chance)
            || !metrics.TryGetValue(supervised ? "batch_top1" : "positive_first", out double first)
            || !metrics.TryGetValue("spread_h", out double spread))
        {
            return null;
        }

        int candidates = supervised ? (int)Math.Round(Math.Exp(chance)) : (2 * run.Configuration.Batch.Size) - 1;
        var schedule = run.Configuration.Schedule;
        double warmup = schedule.WarmupEpochs * run.TotalSteps / schedule.Epochs;
        double projected = metrics.GetValueOrDefault("spread_z", spread);
        return new RunHealth(loss, chance, first, candidates, spread, projected) { Supervised = supervised }
            .After((long)metrics.GetValueOrDefault("step"), warmup);
    }

    /// <summary>Returns the same health at a step of a run.</summary>
    /// <param name="step">The number of steps done.</param>
    /// <param name="warmupSteps">The number of warm-up steps.</param>
    internal RunHealth After(long step, double warmupSteps) => this with { IsEarly = step < warmupSteps + EarlySteps };

    /// <summary>Describes the state in plain words that complete the sentence "the run is …".</summary>
    public string Describe()
    {
        string first = Supervised ? string.Create(
            CultureInfo.InvariantCulture,
            $"loss {Loss:F2} (chance {ChanceLoss:F2}); {100 * ContrastiveAccuracy:F0}% of the last batch classified "
                + $"correctly (chance {100.0 / Candidates:F1}%); spread of h {SpreadH:F2} (0 is collapse, 1 is even)")
            : string.Create(
                CultureInfo.InvariantCulture,
                $"loss {Loss:F2} (chance {ChanceLoss:F2}); a view's partner ranks first among {Candidates} others in "
                    + $"{100 * ContrastiveAccuracy:F0}% of cases (chance {100.0 / Candidates:F1}%); "
                    + $"spread of h {SpreadH:F2}, of z {SpreadZ:F2} (0 is collapse, 1 is even)");
        if (Collapsed)
        {
            return "collapsed: all images get nearly the same representation. "
                + $"{first}. Try a lower learning rate{(Supervised ? "" : " or a higher temperature")}.";
        }

        if (JustStarting)
        {
            return $"just starting: {first}. The loss is not below chance yet; "
                + "more steps will show whether anything is learned.";
        }

        return AtChance
            ? $"still at chance: {first}. Past warm-up this means that nothing is learned: "
                + $"check the learning rate and that the {(Supervised ? "labels fit the images" : "images differ")}."
            : $"healthy: {first}.";
    }

    /// <param name="loss">The loss of the batch, a scalar.</param>
    /// <param name="chance">The loss at chance level.</param>
    /// <param name="h">Representations of both views, [2N, r].</param>
    /// <param name="z">Projections, [2N, d].</param>
    internal static RunHealth Measure(Tensor loss, double chance, Tensor h, Tensor z)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        long views = z.shape[0];
        double first =
            CountTopPositives(nn.functional.normalize(z.detach(), p: 2, dim: 1)).item<long>() / (double)views;
        return new RunHealth(loss.item<float>(), chance, first, (int)(views - 1), Spread(h), Spread(z));
    }

    /// <param name="loss">The cross-entropy of the batch, a scalar.</param>
    /// <param name="h">Representations, [N, r].</param>
    /// <param name="logits">[N, classes].</param>
    /// <param name="labels">The class of each row, [N] of int64.</param>
    internal static RunHealth MeasureSupervised(Tensor loss, Tensor h, Tensor logits, Tensor labels)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        int classes = (int)logits.shape[1];
        double right = logits.argmax(1).eq(labels).sum().item<long>() / (double)labels.shape[0];
        double spread = Spread(h);
        return new RunHealth(loss.item<float>(), Math.Log(classes), right, classes, spread, spread)
        {
            Supervised = true,
        };
    }

    // Counts the views whose positive is the most similar one, without ever holding the [2N, 2N] similarities at once.
    private static Tensor CountTopPositives(Tensor unit)
    {
        long views = unit.shape[0];
        long rows = SimilarityBlocks.Rows(unit.device_type, views, views);
        Tensor count = zeros(1, dtype: ScalarType.Int64, device: unit.device);
        for (long start = 0; start < views; start += rows)
        {
            using var scope = NewDisposeScope();
            long size = Math.Min(rows, views - start);
            Tensor similarity = unit.narrow(0, start, size).matmul(unit.t());
            similarity.narrow(1, start, size).diagonal().fill_(RootedScalars.MinusInfinity);
            Tensor partner = arange(
                RootedScalars.From(start), RootedScalars.From(start + size), RootedScalars.One, device: unit.device)
                .Plus(RootedScalars.From(views / 2)).remainder(RootedScalars.From(views));
            count.add_(similarity.argmax(1).eq(partner).sum(), RootedScalars.One);
        }

        return count;
    }

    // √d times the mean standard deviation per coordinate of the unit vectors.
    private static double Spread(Tensor x)
    {
        Tensor unit = nn.functional.normalize(x.detach(), p: 2, dim: 1);
        return Math.Sqrt(unit.shape[1]) * unit.std(0, unbiased: false).mean().item<float>();
    }
}

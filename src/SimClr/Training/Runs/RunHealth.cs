using SimClr.Internals;
using SimClr.Losses;
using static TorchSharp.torch;

namespace SimClr.Training;

/// <summary>How training is doing, from one batch.</summary>
/// <param name="Loss">The loss.</param>
/// <param name="ChanceLoss">The level of chance: for NT-Xent ln(2N − 1), what it was near before anything was learned.</param>
/// <param name="ContrastiveAccuracy">How often a view's positive is the most similar of the 2N − 1 others, 0 … 1.</param>
/// <param name="Candidates">2N − 1.</param>
/// <param name="SpreadH">Spread of h over the unit sphere: 0 when all images share one representation, 1 when they point evenly everywhere.</param>
/// <param name="SpreadZ">The same for the projection z.</param>
public sealed record RunHealth(
    double Loss, double ChanceLoss, double ContrastiveAccuracy, int Candidates, double SpreadH, double SpreadZ)
{
    private const double CollapsedSpread = 0.02;

    // What is better than guessing by more than luck.
    private const double MinGain = 0.02;
    private const int TimesChance = 3;

    // Past warm-up: as many as ten logged steps take, over which RunMeter judges chance.
    private const int EarlySteps = 100;

    /// <summary>
    /// True in supervised training: <see cref="ContrastiveAccuracy"/> is then how often an image's own class gets the highest of
    /// <see cref="Candidates"/> logits, chance is ln(classes), and <see cref="SpreadZ"/> is that of h.
    /// </summary>
    public bool Supervised { get; private init; }

    /// <summary>What is logged, by name.</summary>
    internal IEnumerable<KeyValuePair<string, double>> Metrics =>
    [
        new("chance_loss", ChanceLoss),
        new(Supervised ? "batch_top1" : "positive_first", ContrastiveAccuracy),
        new("spread_h", SpreadH),
        .. Supervised ? Array.Empty<KeyValuePair<string, double>>() : [new("spread_z", SpreadZ)],
    ];

    /// <summary>True when representations or projections have become (nearly) the same for all images.</summary>
    public bool Collapsed => SpreadH < CollapsedSpread || SpreadZ < CollapsedSpread;

    /// <summary>
    /// True in warm-up and the 100 steps after it while the loss is not better than guessing. Even random weights rank many
    /// partners first, by their colors, and at low temperatures start with a loss far above chance: neither shows yet
    /// whether anything is learned.
    /// </summary>
    public bool JustStarting => !Collapsed && IsEarly && !BeatsChance;

    /// <summary>Whether the step is of warm-up or the 100 steps after it.</summary>
    internal bool IsEarly { get; private init; }

    private bool BeatsChance => Loss < ChanceLoss - MinGain;

    /// <summary>
    /// True when past the first steps nothing tells a view's positive from the others: neither the loss nor the ranking is better than
    /// guessing. Both are asked because at low temperatures the loss of a network that learns long stays above chance.
    /// </summary>
    internal bool AtChance
        => !Collapsed && !JustStarting && !BeatsChance && ContrastiveAccuracy < (double)TimesChance / Candidates;

    /// <summary>The same, of a step of a run.</summary>
    /// <param name="step">Steps done.</param>
    /// <param name="warmupSteps">Steps of warm-up.</param>
    internal RunHealth After(long step, double warmupSteps) => this with { IsEarly = step < warmupSteps + EarlySteps };

    /// <summary>The state in plain words, such that "the run is …" can stand before them.</summary>
    public string Describe()
    {
        string first = Supervised ? FormattableString.Invariant(
            $"loss {Loss:F2} (chance {ChanceLoss:F2}); {ContrastiveAccuracy:P0} of the last batch got their class (chance {1.0 / Candidates:P1}); spread of h {SpreadH:F2} (0 is collapse, 1 is even)")
            : FormattableString.Invariant(
            $"loss {Loss:F2} (chance {ChanceLoss:F2}); a view's partner ranks first among {Candidates} others in {ContrastiveAccuracy:P0} of cases (chance {1.0 / Candidates:P1}); spread of h {SpreadH:F2}, of z {SpreadZ:F2} (0 is collapse, 1 is even)");
        if (Collapsed)
        {
            return $"collapsed: all images get nearly the same representation. {first}. Try a lower learning rate{(Supervised ? "" : " or a higher temperature")}.";
        }

        if (JustStarting)
        {
            return $"just starting: {first}. The loss is not below chance yet; more steps will show whether anything is learned.";
        }

        return AtChance
            ? $"still at chance: {first}. Past warm-up this means that nothing is learned: check the learning rate and that the {(Supervised ? "labels fit the images" : "images differ")}."
            : $"healthy: {first}.";
    }

    /// <param name="loss">The loss of the batch, a scalar.</param>
    /// <param name="chance">What the loss is near before anything is learned.</param>
    /// <param name="h">Representations of both views, [2N, r].</param>
    /// <param name="z">Projections, [2N, d].</param>
    internal static RunHealth Measure(Tensor loss, double chance, Tensor h, Tensor z)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        long views = z.shape[0];
        double first = CountTopPositives(nn.functional.normalize(z.detach(), p: 2, dim: 1)).item<long>() / (double)views;
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
        return new RunHealth(loss.item<float>(), Math.Log(classes), right, classes, spread, spread) { Supervised = true };
    }

    // How many views have their positive as the most similar one; the [2N, 2N] similarities are never held.
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
            Tensor partner = arange(RootedScalars.From(start), RootedScalars.From(start + size), RootedScalars.One, device: unit.device)
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

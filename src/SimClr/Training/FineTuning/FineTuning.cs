using System.Globalization;
using SimClr.Checkpoints;
using SimClr.Configuration;
using SimClr.Data;
using SimClr.Distributed;
using SimClr.Embeddings;
using SimClr.Evaluation;
using SimClr.Internals;

namespace SimClr.Training;

/// <summary>
/// Fine-tuning (paper, Appendix B.8.2, and B.5 for few labels): the whole network learns classes from labeled images,
/// starting from the encoder of a run or from random weights. Learning rate and weight decay are given, or chosen on
/// validation images, after which the network is trained again on all images. The test images are classified once, at
/// the end. The run itself is only read. Several ranks share each batch, with batch norm over the whole batch, and the
/// images to classify.
/// </summary>
public sealed class FineTuning
{
    private const double HeldOutShare = 0.2;

    private readonly string run;
    private readonly FineTuneOptions options;
    private readonly FineTuneStart start;
    private readonly PretrainOptions configuration;
    private readonly ComputePlan plan;
    private World? world;

    /// <summary>Creates fine-tuning from a run.</summary>
    /// <param name="run">A run directory, or a safetensors file written by pre-training.</param>
    /// <param name="options">The recipe.</param>
    /// <param name="reading">The options for reading images, or null for those of the run.</param>
    /// <param name="device">auto, cpu, cuda, cuda:N or mps.</param>
    /// <param name="threads">The number of threads of the tensor library; 0 for one per core.</param>
    /// <exception cref="ConfigurationException">
    /// The run does not have the requested projection layers, or the device is missing.
    /// </exception>
    /// <exception cref="DataException">There is no encoder, or it is damaged.</exception>
    public FineTuning(
        string run, FineTuneOptions options, DataOptions? reading = null, string device = "auto", int threads = 0)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(options);
        this.run = run;
        this.options = options;
        start = new FineTuneStart(run, options);
        var directory = new RunDirectory(run);
        PretrainOptions basis = RunRecord.ConfigurationOf(directory);
        using TrainedEncoder encoder = TrainedEncoder.Load(run);
        configuration = basis with
        {
            Views = encoder.Views.CropAndFlip(),
            Data = reading ?? basis.Data,
            AugmentOn = AugmentationPlace.Cpu,
            Seed = options.Seed,
            Device = device,
            Threads = threads,
        };
        plan = ComputePlan.Resolve(configuration, customEncoder: false);
    }

    /// <summary>The receiver of progress reports, one every few steps, or null.</summary>
    public IProgress<FineTuneProgress>? Progress { get; init; }

    /// <summary>The learning rates and weight decays to choose from instead of those of the options, or null.</summary>
    public FineTuneGrid? Grid { get; init; }

    /// <summary>
    /// The metric by which settings are chosen: top-1 or mean accuracy per class. Mean average precision is for images
    /// of several classes, which <see cref="Run"/> does not accept. Default: top-1.
    /// </summary>
    public SelectionMetric Metric { get; init; }

    /// <summary>
    /// The labeled images on which settings are chosen, or null to hold out a fifth of each class of the training
    /// images, by seed.
    /// </summary>
    public ImageDataSet? Validation { get; init; }

    /// <summary>The directory for the fine-tuned encoder and its classifier, or null.</summary>
    public string? OutputDirectory { get; init; }

    /// <summary>
    /// The processes that share the work. All of them call <see cref="Run"/> with the same arguments and get the
    /// result; the first one writes <see cref="OutputDirectory"/>. Default: a single process.
    /// </summary>
    public ICommunicator Communicator { get; init; } = SingleProcess.Instance;

    /// <summary>Trains on one set and classifies another.</summary>
    /// <param name="train">
    /// The labeled training images, of at least two classes. Those of <see cref="Validation"/> are added after the
    /// choice.
    /// </param>
    /// <param name="test">
    /// The labeled test images. Classes are matched by name; images of classes that were not learned count as wrong.
    /// </param>
    /// <param name="cancellation">Stops between steps.</param>
    /// <exception cref="CommunicationException">
    /// The processes cannot reach each other, or compute different results.
    /// </exception>
    /// <exception cref="ConfigurationException">
    /// Another process is using <see cref="OutputDirectory"/>, or the processes were started with different settings.
    /// </exception>
    /// <exception cref="DataException">
    /// Labels are missing or all name one class, there is no common class, or too many images cannot be read.
    /// </exception>
    /// <exception cref="DivergenceException">The loss is not finite; in a search, with every setting.</exception>
    public FineTuneResult Run(ImageDataSet train, ImageDataSet test, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(test);
        train.RequireLabels();
        using RunLock? held = World.OnRankZeroOnly(
            () => OutputDirectory is null ? null : RunLock.Acquire(OutputDirectory));
        using FineTunedNetwork network = Fit(train, test, cancellation);
        var skippedTest = new SkippedImages(test, configuration.Data);
        (EmbeddingTable table, float[] logits) = network.Classifier.Score(
            test, Reading, skippedTest, null, Communicator, cancellation);
        int classes = network.Classifier.ClassNames.Count;
        var outcome = EvaluationOutcome.FromScores(table, logits, classes, options.Seed);
        World.OnRankZero(() =>
        {
            if (OutputDirectory is { } directory)
            {
                network.Classifier.Save(new RunDirectory(directory), Provenance(network.Options, network.Images));
            }
        });
        return new FineTuneResult(
            outcome, network.Options, network.Steps, FineTuneFit.DecayOf(network.Options, network.Images),
            network.Images, network.FinalLoss, network.Search, network.ValidationImages,
            network.SkippedImages + skippedTest.Count)
        {
            HeldOut = network.HeldOut,
            TestScores = HeldOutScores.OfLearned(logits, classes, table.RequireLabels(), "test images"),
        };
    }

    /// <summary>Trains and tests on a separate thread.</summary>
    /// <inheritdoc cref="Run" path="/param"/>
    /// <inheritdoc cref="Run" path="/exception"/>
    public Task<FineTuneResult> RunAsync(
        ImageDataSet train, ImageDataSet test, CancellationToken cancellation = default)
        => LongTask.Run(() => Run(train, test, cancellation));

    /// <summary>
    /// Trains on one set, for the caller to test on another. If the choice is by mean average precision, the images of
    /// both sets may have several classes each (<see cref="ImageDataSet.MultiLabels"/>), and validation images must be
    /// given.
    /// </summary>
    /// <inheritdoc cref="Run"/>
    internal FineTunedNetwork Fit(ImageDataSet train, ImageDataSet test, CancellationToken cancellation)
    {
        CheckAgreement(train, test);
        plan.Begin(World.ShareThreads(configuration).Threads is > 0 and int threads ? threads : plan.Threads);
        try
        {
            return FitAsPlanned(train, cancellation);
        }
        finally
        {
            plan.End();
        }
    }

    private FineTunedNetwork FitAsPlanned(ImageDataSet train, CancellationToken cancellation)
    {
        using var memory = new MallocTuning();
        var skipped = new SkippedImages(train, configuration.Data);
        ImageDataSet images = Load(train, skipped, cancellation);
        FineTuneOptions[] settings = Grid is null ? [options] : [.. Grid.Settings(options)];
        ImageDataSet? validation = settings.Length == 1 || Validation is null
            ? null
            : Load(Validation, skipped, cancellation);   // Read once for each setting.
        (FineTuneTrial[] search, int held, HeldOutScores? scores) = settings.Length > 1
            ? Search(settings, images, validation, skipped, cancellation)
            : ([], 0, null);
        FineTuneOptions chosen = search.Length == 0 ? settings[0] : settings[Best(search)];

        ImageDataSet all = search.Length > 0 && validation is not null ? new JoinedDataSet(images, validation) : images;
        TrainedClassifier classifier = Fit(skipped, cancellation)
            .Train(chosen, all, search.Length, search.Length + 1, out double loss);
        World.Merge(skipped);
        return new FineTunedNetwork(classifier, chosen, all.Count, loss, search, held, skipped.Count)
        {
            HeldOut = scores,
        };
    }

    /// <summary>Checks the images on every rank, and then that all ranks have the same ones.</summary>
    private void CheckAgreement(ImageDataSet train, ImageDataSet test)
    {
        World.OnEveryRank(() => Check(train, test));
        World.Agree(() => Facts(train, test));
    }

    private Dictionary<string, string> Facts(ImageDataSet train, ImageDataSet test)
    {
        (TrainedEncoder encoder, ClassifierModel model) = start.Create(LabeledImages.Classes(train), plan.Device);
        using (model)
        {
            Dictionary<string, string> facts = EvaluationFacts.Collect(
                model,
                head: null,
                encoder.Views,
                configuration.Data,
                Grid is null ? [options] : [options, Grid],
                Validation is null
                    ? [("training", train), ("test", test)]
                    : [("training", train), ("validation", Validation), ("test", test)]);
            facts["precision in use"] = plan.Precision;
            facts["chosen by"] = $"{Metric}";
            return facts;
        }
    }

    private World World => world ??= World.From(Communicator);

    private DataOptions Reading => World.ShareReading(configuration.Data);

    private ImageDataSet Load(ImageDataSet images, SkippedImages skipped, CancellationToken cancellation)
        => World.OnEveryRank(() => ImageCache.Load(images, Reading, skipped, null, cancellation));

    private void Check(ImageDataSet train, ImageDataSet test)
    {
        if (Metric == SelectionMetric.MeanAveragePrecision)
        {
            if (options.LabelSmoothing > 0)
            {
                throw new ConfigurationException(FormattableString.Invariant(
                    $"FineTuneOptions.LabelSmoothing is {options.LabelSmoothing}, but images of several classes ")
                    + "have a sigmoid per class; leave it out");
            }

            LabeledImages.RequireVaryingClass(train);
            test.RequireMultiLabels();
            Validation?.RequireMultiLabels();
            ClassMatch.RequireSame(train.ClassNames, test.ClassNames);
            ClassMatch.RequireSame(train.ClassNames, Validation?.ClassNames, "validation");
        }
        else
        {
            LabeledImages.RequireClasses(train);
            _ = ClassMatch.Create(train.ClassNames, test.ClassNames, test.RequireLabels());
            if (Validation is { } held)
            {
                _ = ClassMatch.Create(train.ClassNames, held.ClassNames, held.RequireLabels(), "validation");
            }
        }
    }

    // The first of the best: among equals, the lowest rate, then the lowest decay.
    private static int Best(FineTuneTrial[] search)
    {
        FineTuneTrial best = search.MaxBy(t => t.Score ?? -1)!;
        return best.Score is null
            ? throw new DivergenceException(
                $"fine-tuning diverged with all {search.Length} settings; set a lower FineTuneOptions.Rate")
                .MarkCollective()
            : Array.IndexOf(search, best);
    }

    private (FineTuneTrial[] Search, int Images, HeldOutScores? Scores) Search(
        FineTuneOptions[] settings,
        ImageDataSet images,
        ImageDataSet? validation,
        SkippedImages skipped,
        CancellationToken cancellation)
    {
        (ImageDataSet fit, ImageDataSet held) = validation is null ? HoldOut(images) : (images, validation);
        var search = new FineTuneTrial[settings.Length];
        HeldOutScores? scores = null;
        for (int i = 0; i < settings.Length; i++)
        {
            double? score = Try(i);
            // Every rank makes the same choice.
            search[i] = new FineTuneTrial(settings[i].Rate, settings[i].WeightDecay, World.OnRankZero(() => score));
        }

        return (search, held.Count, scores);

        double? Try(int number)
        {
            try
            {
                using TrainedClassifier classifier = Fit(skipped, cancellation)
                    .Train(settings[number], fit, number, settings.Length + 1, out _);
                (double reached, HeldOutScores? found) = Score(classifier, held, skipped, cancellation);
                scores = search.Take(number).All(trial => (trial.Score ?? -1) < reached) ? found : scores;
                return reached;
            }
            catch (DivergenceException)
            {
                return null;
            }
        }
    }

    private (double Score, HeldOutScores? Scores) Score(
        TrainedClassifier classifier, ImageDataSet heldOut, SkippedImages skipped, CancellationToken cancellation)
    {
        if (Metric == SelectionMetric.MeanAveragePrecision)
        {
            MultiLabelScores found = classifier.Scores(heldOut, configuration.Data, skipped, cancellation);
            return (MeanAveragePrecision.Compute(found.Scores, found.Marks, found.ClassNames.Count), null);
        }

        (EmbeddingTable table, float[] logits) = classifier.Score(
            heldOut, Reading, skipped, null, Communicator, cancellation);
        int classes = classifier.ClassNames.Count;
        var outcome = EvaluationOutcome.FromScores(table, logits, classes);
        return (
            Metric == SelectionMetric.Top1 ? outcome.Top1 : outcome.MeanPerClass,
            HeldOutScores.OfLearned(logits, classes, table.RequireLabels(), Validation is null
                ? "held-out training images"
                : "validation images"));
    }

    private (ImageDataSet Fit, ImageDataSet Held) HoldOut(ImageDataSet images)
    {
        (int[] kept, int[] heldOut) = LabelSubset.Split(
            images.RequireLabels(), HeldOutShare, options.Seed, images.ClassNames);
        return (images.Subset(kept), images.Subset(heldOut));
    }

    private FineTuneFit Fit(SkippedImages skipped, CancellationToken cancellation)
        => new(start, configuration with { Data = Reading }, plan, skipped, World, Progress, cancellation);

    private Dictionary<string, string> Provenance(FineTuneOptions chosen, int images) => new()
    {
        ["made_by"] = $"simclr {typeof(FineTuning).Assembly.GetName().Version!.ToString(3)}",
        ["trained"] = string.Create(
            CultureInfo.InvariantCulture,
            $"fine-tuned from {(options.FromScratch ? "random weights" : run)} on {images} labeled images, "
                + $"{chosen.StepsFor(images)} steps, batch {chosen.BatchFor(images)}, rate {chosen.Rate}, weight decay "
                + $"{chosen.WeightDecay}, seed {options.Seed}"),
    };
}

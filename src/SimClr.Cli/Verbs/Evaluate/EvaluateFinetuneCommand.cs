using System.Globalization;
using System.Text.Json.Nodes;
using SimClr.Classification;
using SimClr.Cli.Progress;
using SimClr.Data;
using SimClr.Diagnostics;
using SimClr.Distributed;
using SimClr.Embeddings;
using SimClr.Evaluation;
using SimClr.Training;

namespace SimClr.Cli.Verbs;

/// <summary><c>simclr evaluate finetune RUN --train D --test D</c>.</summary>
internal static class EvaluateFinetuneCommand
{
    public static Verb Create()
    {
        var arguments = new EvaluationArguments();
        var own = new FinetuneArguments();
        var asked = new OutcomeOptions();
        var verb = new Verb(
            "finetune",
            "Fine-tune the whole network on all labels or a few.",
            "simclr evaluate finetune runs/photos --train ./labeled/train --test "
                + "./labeled/test --grid thin --steps 2000",
            "simclr evaluate finetune runs/photos --train ./labeled/train --test ./labeled/test --label-fraction 0.01",
            "simclr evaluate finetune runs/photos --train ./labeled/train --test ./labeled/test "
                + "--label-fraction 0.01 --from-scratch",
            "simclr evaluate finetune runs/clothes --train sample:train --test sample:test "
                + "--labels-per-class 10 --json")
        {
            Details =
            [
                "Training uses SGD with Nesterov momentum, cosine decay, random crops and flips. The run itself is",
                "not changed. With all labels (paper, B.8.2): 20,000 steps of 256 images, batch-norm decay max(1 - 10",
                "/ steps per epoch, 0.9); rate and weight decay are chosen from the paper's grid of 56, each a",
                "training run. --grid thin tries 6, --rate sets one. The grid of --from-scratch has higher rates and",
                "decays, as in the paper. With few labels (B.5): rate 0.05 * batch / 256, no weight decay, batch-norm",
                "decay 0.9; 60 epochs for up to 5% of the labels, else 30, but at least the paper's 180 and 930",
                "steps. Settings are chosen on validation images; then the network is trained again on all labels.",
                "The test images are not used for any choice. Under mpirun or srun, the ranks share each batch, with",
                "batch norm over all of it; the result is that of one process, within rounding.",
            ],
        };
        arguments.AddTo(verb);
        own.AddTo(verb);
        asked.AddTo(verb);
        RankSession.AddTo(verb);
        return verb.Handle(
            context => RankSession.Run(context, ranks => Evaluate(context, arguments, own, asked, ranks)));
    }

    private static void Evaluate(
        CommandContext context,
        EvaluationArguments arguments,
        FinetuneArguments finetune,
        OutcomeOptions outcomeOptions,
        ICommunicator ranks)
    {
        OutcomeReport? report = ranks.OnRankZeroOnly(() => outcomeOptions.Open(context, arguments));
        string? output = ranks.OnRankZero(() => finetune.Output(context));
        int? cores = ranks.Size > 1 ? RankCores.CoresPerRank(ranks) : null;
        using FinetuneInputs call = ranks.OnEveryRank(() => FinetuneInputs.Open(context, arguments, finetune, cores));
        if (call.Grid is { } grid)
        {
            context.WriteNote(string.Create(
                CultureInfo.InvariantCulture,
                $"note: {grid.Count + 1} networks are trained, {grid.Count} to choose rate and decay and the last on "
                    + $"all labels"
                    + $"{(finetune.SpecifiesGrid(context) ? "" : "; --grid thin or --rate reduces the number")}"));
        }

        FineTuneResult result = Display.Show(context, display => ranks.OnEveryRank(() => new FineTuning(
            context.Value(arguments.Run),
            call.Options,
            call.Input.Reading,
            context.Device ?? "auto",
            context.Threads ?? 0)
        {
            Progress = Steps(display),
            Grid = call.Grid,
            Metric = call.Metric,
            Validation = call.Input.Validation,
            OutputDirectory = output,
            Communicator = ranks,
        }).Run(call.Labeled, call.Input.Test, context.Cancel));
        (int Min, int Max)? taken = finetune.FewLabels(context) ? PerClass(call.Labeled) : null;
        _ = ranks.OnRankZero(() =>
        {
            if (output is not null)
            {
                Display.Show(context, display =>
                {
                    Keep(context, call, result, output, display);
                    return true;
                });
            }

            report!.Show(
                result.Outcome,
                Title(result),
                Json(result, call.Metric, taken, output),
                Lines(result, call.Metric, taken, call.Input.Train.Count, output),
                call.Input.Notes,
                call.Input.Subject(context, arguments, "finetune", FinetuneArguments.Settings(call), call.Labeled));
            return true;
        });
    }

    /// <summary>Writes the network as one file with its quality, for <c>simclr classify</c>.</summary>
    private static void Keep(
        CommandContext context, FinetuneInputs call, FineTuneResult result, string output, IDisplay display)
    {
        using ImageClassifier trained = ImageClassifier.Load(
            output, ComputeEnvironment.ResolveDevice(context.Device ?? "auto"));
        ImageDataSet reference = ModelOption.Reference(call.Labeled);
        EmbeddingTable rows = Embedder.Embed(
            trained.Encoder,
            reference,
            call.Input.Reading,
            new SkippedImages(reference, call.Input.Reading),
            display.Images($"embedding {reference.Name}", reference.Count),
            context.Cancel);
        using ImageClassifier classifier = trained.WithQuality(result, rows);
        classifier.Save(Path.Combine(output, ImageClassifier.FileName));
    }

    /// <summary>Returns the smallest and the largest number of labels of a class.</summary>
    private static (int Min, int Max) PerClass(ImageDataSet labeled)
    {
        int[] sizes = [.. labeled.RequireLabels().CountBy(label => label).Select(size => size.Value).Order()];
        return (sizes[0], sizes[^1]);
    }

    private static ImmediateProgress<FineTuneProgress> Steps(IDisplay display)
    {
        IProgress<WorkDone> all = display.Work(1000);
        return new ImmediateProgress<FineTuneProgress>(progress => all.Report(new WorkDone(
            (int)(1000 * (progress.Run - 1 + ((double)progress.Step / progress.Steps)) / progress.Runs),
            string.Create(
                CultureInfo.InvariantCulture,
                $"fine-tuning{(progress.Runs > 1 ? $" {progress.Run} of {progress.Runs}" : "")}: step {progress.Step} "
                    + $"of {progress.Steps}, loss {progress.Loss:F3}"))));
    }

    private static string Title(FineTuneResult result)
        => $"{(result.Options.FromScratch ? "trained from scratch" : "fine-tuned")} on {result.Labels} labels";

    private static JsonObject Json(
        FineTuneResult result, SelectionMetric metric, (int Min, int Max)? labelsPerClass, string? output)
    {
        FineTuneOptions options = result.Options;
        return new JsonObject
        {
            ["labels"] = result.Labels,
            ["few_labels"] = labelsPerClass is not null,
            ["labels_per_class"] = labelsPerClass is { } perClass ? new JsonArray(perClass.Min, perClass.Max) : null,
            ["test_images"] = result.Outcome.Labels.Count,
            ["classes"] = result.Outcome.ClassNames.Count,
            ["from_scratch"] = options.FromScratch,
            ["label_smoothing"] = options.LabelSmoothing,
            ["projection_layers"] = options.ProjectionLayers,
            ["steps"] = result.Steps,
            ["epochs"] = options.Epochs is null ? null
                : (int)(result.Steps / (result.Labels / options.BatchFor(result.Labels))),
            ["batch_size"] = options.BatchFor(result.Labels),
            ["rate"] = options.Rate,
            ["weight_decay"] = options.WeightDecay,
            ["batch_norm_decay"] = result.BatchNormDecay,
            ["seed"] = options.Seed,
            ["metric"] = result.Search.Count > 0 ? MetricOption.NameOf(metric) : null,
            ["search"] = new JsonArray([.. result.Search.Select(t => new JsonObject
            {
                ["rate"] = t.Rate,
                ["weight_decay"] = t.WeightDecay,
                [metric == SelectionMetric.Top1 ? "top1" : "mean_per_class"] = t.Score,
            })]),
            ["validation_images"] = result.ValidationImages,
            ["skipped_images"] = result.SkippedImages,
            ["final_loss"] = result.FinalLoss,
            ["out"] = output,
        };
    }

    private static List<string> Lines(
        FineTuneResult result,
        SelectionMetric metric,
        (int Min, int Max)? labelsPerClass,
        int trainImages,
        string? output)
    {
        FineTuneOptions options = result.Options;
        List<string> lines =
        [
            .. labelsPerClass is { } labels
                ? new[] { $"labels used: {Range(labels)} per class, from {trainImages} training images" }
                : [],
            string.Create(
                CultureInfo.InvariantCulture,
                $"{result.Steps} steps of {options.BatchFor(result.Labels)} images, rate {options.Rate:G3}, "
                    + $"weight decay {options.WeightDecay:G3}, batch-norm decay {result.BatchNormDecay:G5}, "
                    + $"final loss {result.FinalLoss:F3}"),
        ];
        if (result.Search.Count > 0)
        {
            lines.Add(
                $"rate and decay are the best of {result.Search.Count} on {result.ValidationImages} validation images "
                    + $"by {(metric == SelectionMetric.Top1 ? "top-1" : "mean per class")}:");
            lines.AddRange(result.Search.Select(t => string.Create(
                CultureInfo.InvariantCulture,
                $"  rate {t.Rate,-8:G3} decay {t.WeightDecay,-8:G3} "
                    + $"{(t.Score is { } score ? ProgressText.Percent(score) : "diverged")}")));
        }

        lines.AddRange(output is null ? [] :
        [
            $"the encoder and its classifier are in {output}",
            $"next: simclr classify {ShellText.Quote(output)} IMAGES",
        ]);
        lines.AddRange(EvaluationText.Background(result.Labels, result.Outcome.ClassNames.Count, result.SkippedImages));
        return lines;
    }

    private static string Range((int Min, int Max) labels)
        => labels.Min == labels.Max ? $"{labels.Min}" : $"{labels.Min} to {labels.Max}";
}

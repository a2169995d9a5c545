using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using SimClr.Augmentation;
using SimClr.Classification;
using SimClr.Cli.Progress;
using SimClr.Data;
using SimClr.Embeddings;
using SimClr.Evaluation;

namespace SimClr.Cli.Verbs;

/// <summary><c>simclr evaluate logistic RUN --train D [--validation D] --test D</c>.</summary>
internal static class EvaluateLogisticCommand
{
    public static Verb Create()
    {
        var arguments = new EvaluationArguments();
        var asked = new OutcomeOptions();
        var validation = new Option<string?>("--validation")
        {
            Description = "Labeled images to choose λ on. Default: a fifth of the training images of each class.",
            HelpName = "DATA",
        };
        var metric = new MetricOption("λ");
        var model = new ModelOption("--out", "the classifier with its encoder");
        var verb = new Verb(
            "logistic",
            "Logistic regression on the representations, as in the paper's transfer experiments.",
            "simclr evaluate logistic runs/photos --train ./labeled/train --test ./labeled/test",
            "simclr evaluate logistic runs/photos --train ./train --validation ./val --test ./test "
                + "--metric mean-per-class --json",
            "simclr evaluate logistic runs/photos --train ./train --test ./test --out animals.simclr")
        {
            Details =
            [
                "Each image is embedded once: resized by its short side to the encoder's input size, then",
                "center-cropped (paper, B.8.1). L-BFGS minimizes the sum of −log softmax plus λ/2 times the squared",
                "weights for 45 values of λ from 1e5 to 1e-6, each starting from the previous solution. The best λ on",
                "the validation images (the largest of equal ones) is refitted to the training and validation images.",
                "The test images are not used for any choice.",
            ],
        };
        arguments.AddTo(verb);
        verb.Add(arguments.Layer);
        verb.Add(validation);
        verb.Add(metric.Option);
        model.AddTo(verb);
        asked.AddTo(verb);
        return verb.Handle(context => Evaluate(
            context,
            arguments,
            asked,
            context.Value(validation),
            model.Resolve(context),
            new LogisticOptions
            {
                Metric = metric.Resolve(context, context.Value(arguments.Train)!),
                Seed = context.Seed ?? 0,
            }));
    }

    private static void Evaluate(
        CommandContext context,
        EvaluationArguments arguments,
        OutcomeOptions outcomeOptions,
        string? validation,
        OutputFile? kept,
        LogisticOptions options)
    {
        OutcomeReport report = outcomeOptions.Open(context, arguments);
        using EvaluationInputs input = EvaluationInputs.Open(context, arguments, validation: validation);
        int skipped = 0;
        EvaluationTransform transform = EvaluationTransform.ForTransfer(input.Encoder.Views);
        (LogisticSelection found, EmbeddingTable fitted, EmbeddingTable test) = Display.Show(context, display =>
        {
            EmbeddingTable train = Embedded(input.Train);
            EmbeddingTable? choose = input.Validation is null ? null
                : TablePair.Match(train.ClassNames, Embedded(input.Validation), "validation");
            EmbeddingTable questions = TablePair.Match((choose ?? train).ClassNames, Embedded(input.Test));
            return (
                LogisticRegression.Choose(
                    LogisticData.FromTable(train),
                    choose is null ? null : LogisticData.FromTable(choose),
                    options,
                    Sweep(display, options),
                    context.Cancel),
                train,
                questions);

            EmbeddingTable Embedded(ImageDataSet images)
            {
                (EmbeddingTable table, int left) = input.Embed(images, display, context.Cancel, transform);
                skipped += left;
                return table;
            }
        });
        EvaluationOutcome outcome = EvaluationOutcome.FromScores(
            test, found.Model.Logits(LogisticData.FromTable(test)), found.Model.Classes, options.Seed);
        int classes = outcome.ClassNames.Count;
        JsonObject json = Json(found, options, input.Layer, test.Count, classes, skipped);
        List<string> lines = [.. Lines(found, classes, skipped)];
        if (kept is not null)
        {
            using var classifier = ImageClassifier.FromLogistic(input.Encoder, found, fitted, forTransfer: true);
            ModelOption.Keep(kept, classifier, json, lines);
        }

        report.Show(
            outcome,
            "logistic regression" + LayerOption.Title(input.Layer),
            json,
            lines,
            input.Notes,
            input.Subject(
                context,
                arguments,
                "logistic",
                new JsonObject { ["metric"] = MetricOption.NameOf(options.Metric) }));
    }

    private static ImmediateProgress<LogisticSweepPoint> Sweep(IDisplay display, LogisticOptions options)
    {
        int done = 0;
        IProgress<WorkDone> all = display.Work(options.Strengths.Count);
        return new ImmediateProgress<LogisticSweepPoint>(point => all.Report(new WorkDone(
            ++done,
            string.Create(
                CultureInfo.InvariantCulture,
                $"fitting λ {done} of {options.Strengths.Count}: {point.L2:G3}, validation "
                    + $"{ProgressText.Percent(point.Validation)}"))));
    }

    private static JsonObject Json(
        LogisticSelection found, LogisticOptions options, string layer, int testImages, int classes, int skipped)
        => new()
        {
            ["layer"] = layer,
            ["l2"] = found.Model.L2,
            ["objective"] = found.Model.Objective,
            ["converged"] = found.Model.Converged,
            ["metric"] = MetricOption.NameOf(options.Metric),
            ["sweep"] = new JsonArray([.. found.Sweep.Select(point => new JsonObject
            {
                ["l2"] = point.L2,
                ["validation"] = point.Validation,
                ["objective"] = point.Objective,
                ["iterations"] = point.Iterations,
                ["converged"] = point.Converged,
            })]),
            ["train_images"] = found.TrainRows,
            ["validation_images"] = found.ValidationRows,
            ["test_images"] = testImages,
            ["classes"] = classes,
            ["skipped_images"] = skipped,
        };

    /// <summary>
    /// Returns notes on fits that reached the step limit; their accuracy may differ from that at the minimum.
    /// </summary>
    private static string[] ConvergenceNotes(LogisticSelection found)
    {
        int sweep = found.Sweep.Count(point => !point.Converged);
        string final = found.Model.Converged
            ? ""
            : $"the final fit stopped after {found.Model.Iterations} steps, before its minimum; ";
        return found.Model.Converged && sweep == 0 ? [] : [string.Create(
            CultureInfo.InvariantCulture,
            $"note: {final}{sweep} of {found.Sweep.Count} fits of the search stopped before theirs: "
                + $"accuracies may be slightly off")];
    }

    internal static string[] Lines(LogisticSelection found, int classes, int skipped)
    {
        double best = found.Sweep.Max(point => point.Validation);
        string edge = found.Model.L2 == found.Sweep[0].L2 || found.Model.L2 == found.Sweep[^1].L2
            ? ", at the edge of the grid"
            : "";
        string chosen = string.Create(
            CultureInfo.InvariantCulture,
            $"λ {found.Model.L2:G3} of {found.Sweep.Count} values{edge}, chosen on {found.ValidationRows} images "
                + $"({ProgressText.Percent(best)}) after fitting to {found.TrainRows}, then refitted to both");
        return
        [
            chosen,
            .. ConvergenceNotes(found),
            .. EvaluationText.Background(found.TrainRows + found.ValidationRows, classes, skipped),
        ];
    }
}

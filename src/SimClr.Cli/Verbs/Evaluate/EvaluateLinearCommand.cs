using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using SimClr.Classification;
using SimClr.Cli.Progress;
using SimClr.Data;
using SimClr.Distributed;
using SimClr.Embeddings;
using SimClr.Evaluation;

namespace SimClr.Cli.Verbs;

/// <summary><c>simclr evaluate linear RUN --train D --test D</c>.</summary>
internal static class EvaluateLinearCommand
{
    private const double HeldOutShare = 0.2;

    public static Verb Create()
    {
        var arguments = new EvaluationArguments();
        var asked = new OutcomeOptions();
        Option<long?> epochs = NumberOption.Integer(
            "--epochs", "Passes over the training images. Default: 90; more for small sets with --fixed-features.", 1);
        Option<long?> batchSize = NumberOption.Integer(
            "--batch-size",
            "Images per step. Default: 512 (4096 for very large sets), or less if 512 would leave "
                + "out a large part of an epoch.",
            1);
        var fixedFeatures = new Option<bool>("--fixed-features")
        {
            Description = "Embed each image once, without crops and flips. Much faster, slightly less accurate",
        };
        var model = new ModelOption("--out", "the classifier with its encoder");
        var verb = new Verb(
            "linear",
            "Linear evaluation as in the paper: train a linear classifier on the frozen encoder.",
            "simclr evaluate linear runs/photos --train ./labeled/train --test ./labeled/test",
            "simclr evaluate linear runs/clothes --train sample:train --test sample:test --fixed-features --json",
            "simclr evaluate linear runs/photos --train ./train --test ./test --fixed-features --out animals.simclr")
        {
            Details =
            [
                "The encoder is frozen. The classifier is trained on random crops and flips by SGD with Nesterov",
                "momentum, rate 0.1 · batch / 256 and cosine decay. The test images are not used for any choice. An",
                "epoch consists of whole batches; the default batch size leaves out at most 5% of the images. Under",
                "mpirun or srun, the ranks share each batch and the images to embed; the result is that of one",
                "process. --out trains a second layer on four fifths of the training images, to calibrate the",
                "probabilities on the rest.",
            ],
        };
        arguments.AddTo(verb);
        verb.Add(arguments.Layer);
        verb.Add(epochs);
        verb.Add(batchSize);
        verb.Add(fixedFeatures);
        model.AddTo(verb);
        asked.AddTo(verb);
        RankSession.AddTo(verb);
        return verb.Handle(context => RankSession.Run(context, ranks => Evaluate(
            context, arguments, asked, Options(context, epochs, batchSize), context.Value(fixedFeatures), model,
            ranks)));
    }

    private static LinearOptions Options(CommandContext context, Option<long?> epochs, Option<long?> batchSize)
    {
        LinearOptions options = context.Value(epochs) is { } chosen ? new() { Epochs = (int)chosen } : new();
        return options with
        {
            BatchSize = (int?)context.Value(batchSize) ?? options.BatchSize,
            Seed = context.Seed ?? options.Seed,
        };
    }

    private static void Evaluate(
        CommandContext context,
        EvaluationArguments arguments,
        OutcomeOptions outcomeOptions,
        LinearOptions options,
        bool fixedFeatures,
        ModelOption model,
        ICommunicator ranks)
    {
        OutputFile? kept = model.Resolve(context);
        if (kept is not null && ranks.Size > 1)
        {
            throw new ConfigurationException("--out keeps the classifier of one process; start it without a launcher");
        }

        OutcomeReport? report = ranks.OnRankZeroOnly(() => outcomeOptions.Open(context, arguments));
        int? cores = ranks.Size > 1 ? RankCores.CoresPerRank(ranks) : null;
        using EvaluationInputs input = ranks.OnEveryRank(() => EvaluationInputs.Open(context, arguments, cores));
        NoteDroppedImages(context, options, input.Train.Count);
        LinearResult result = Display.Show(context, display => fixedFeatures
            ? OnEmbeddings(input, options, display, ranks, context.Cancel)
            : LinearEvaluation.OnImages(
                input.Encoder, input.Train, input.Test, options, input.Reading, Epochs(display, options), ranks,
                context.Cancel));
        JsonObject json = Json(result, input.Layer, fixedFeatures);
        List<string> lines =
            [.. EvaluationText.Background(result.TrainImages, result.Classes, result.SkippedImages)];
        if (kept is not null)
        {
            using ImageClassifier classifier = Display.Show(
                context, display => Classifier(context, input, options, fixedFeatures, result, display));
            ModelOption.Keep(kept, classifier, json, lines);
        }

        _ = ranks.OnRankZero(() =>
        {
            report!.Show(
                result.Outcome,
                $"linear evaluation ({(fixedFeatures ? "fixed features, " : "")}{result.Epochs} epochs"
                    + $"{LayerOption.Title(input.Layer)})",
                json,
                lines,
                input.Notes,
                input.Subject(context, arguments, "linear", new JsonObject
                {
                    ["epochs"] = result.Epochs,
                    ["batch_size"] = result.BatchSize,
                    ["fixed_features"] = fixedFeatures,
                }));
            return true;
        });
    }

    private static void NoteDroppedImages(CommandContext context, LinearOptions options, int images)
    {
        int batch = options.BatchSizeFor(images);
        if (LinearOptions.DropsManyImages(images, batch))
        {
            context.WriteNote(string.Create(
                CultureInfo.InvariantCulture,
                $"note: --batch-size {batch} leaves out {images % batch:N0} of {images:N0} training images in each "
                    + $"epoch, because an epoch consists of whole batches; "
                    + $"the default is {new LinearOptions().BatchSizeFor(images)}"));
        }
    }

    /// <summary>Calibrates a layer by a second one, which is trained on a part of the training images.</summary>
    private static ImageClassifier Classifier(
        CommandContext context,
        EvaluationInputs input,
        LinearOptions options,
        bool fixedFeatures,
        LinearResult result,
        IDisplay display)
    {
        IReadOnlyList<int> labels = input.Train.RequireLabels();
        (EmbeddingTable reference, _) = input.Embed(ModelOption.Reference(input.Train), display, context.Cancel);
        if (labels.CountBy(label => label).Any(size => size.Value < 2))
        {
            context.WriteNote("note: a class has one training image, so that the probabilities are not calibrated");
            return ImageClassifier.FromLinear(input.Encoder, result, reference);
        }

        (int[] kept, int[] heldOut) = LabelSubset.Split(labels, HeldOutShare, options.Seed, input.Train.ClassNames);
        ImageDataSet train = input.Train.Subset(kept);
        ImageDataSet held = input.Train.Subset(heldOut);
        LinearResult second = fixedFeatures
            ? LinearEvaluation.OnEmbeddings(
                input.Embed(train, display, context.Cancel).Table,
                input.Embed(held, display, context.Cancel).Table,
                options,
                context.Cancel)
            : LinearEvaluation.OnImages(
                input.Encoder, train, held, options, input.Reading, Epochs(display, options),
                cancellation: context.Cancel);
        return ImageClassifier.FromLinear(input.Encoder, result, reference, second);
    }

    private static LinearResult OnEmbeddings(
        EvaluationInputs input, LinearOptions options, IDisplay display, ICommunicator ranks, CancellationToken cancel)
    {
        EvaluationAgreement.Check(
            ranks,
            input.Encoder,
            input.Reading,
            [options, new { FixedFeatures = true, input.Layer }],
            [("training", input.Train), ("test", input.Test)]);
        (EmbeddingTable train, int skippedTrain) = input.Embed(input.Train, display, cancel, ranks: ranks);
        (EmbeddingTable test, int skippedTest) = input.Embed(input.Test, display, cancel, ranks: ranks);

        // The layer is small enough for each rank to train it alone.
        return ranks.OnEveryRank(() => LinearEvaluation.OnEmbeddings(train, test, options, cancel)) with
        {
            SkippedImages = skippedTrain + skippedTest,
        };
    }

    private static ImmediateProgress<LinearProgress> Epochs(IDisplay display, LinearOptions options)
    {
        IProgress<WorkDone> all = display.Work(options.Epochs);
        return new ImmediateProgress<LinearProgress>(progress => all.Report(new WorkDone(
            progress.Epoch,
            string.Create(
                CultureInfo.InvariantCulture,
                $"training the linear layer: epoch {progress.Epoch} of {progress.Epochs}, loss {progress.Loss:F3}"))));
    }

    private static JsonObject Json(LinearResult result, string layer, bool fixedFeatures) => new()
    {
        ["layer"] = layer,
        ["epochs"] = result.Epochs,
        ["fixed_features"] = fixedFeatures,
        ["batch_size"] = result.BatchSize,
        ["train_images"] = result.TrainImages,
        ["test_images"] = result.TestImages,
        ["classes"] = result.Classes,
        ["skipped_images"] = result.SkippedImages,
        ["final_loss"] = result.FinalLoss,
    };
}

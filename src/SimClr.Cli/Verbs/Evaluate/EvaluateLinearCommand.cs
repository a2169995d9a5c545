using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using SimClr.Cli.Progress;
using SimClr.Distributed;
using SimClr.Embeddings;
using SimClr.Evaluation;

namespace SimClr.Cli.Verbs;

/// <summary><c>simclr evaluate linear RUN --train D --test D</c>.</summary>
internal static class EvaluateLinearCommand
{
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
        var verb = new Verb(
            "linear",
            "Linear evaluation as in the paper: train a linear classifier on the frozen encoder.",
            "simclr evaluate linear runs/photos --train ./labeled/train --test ./labeled/test",
            "simclr evaluate linear runs/clothes --train sample:train --test sample:test --fixed-features --json")
        {
            Details =
            [
                "The encoder is frozen. The classifier is trained on random crops and flips by SGD with Nesterov",
                "momentum, rate 0.1 · batch / 256 and cosine decay. The test images are not used for any choice. An",
                "epoch consists of whole batches; the default batch size leaves out at most 5% of the images. Under",
                "mpirun or srun, the ranks share each batch and the images to embed; the result is that of one",
                "process.",
            ],
        };
        arguments.AddTo(verb);
        verb.Add(arguments.Layer);
        verb.Add(epochs);
        verb.Add(batchSize);
        verb.Add(fixedFeatures);
        asked.AddTo(verb);
        RankSession.AddTo(verb);
        return verb.Handle(context => RankSession.Run(context, ranks => Evaluate(
            context, arguments, asked, Options(context, epochs, batchSize), context.Value(fixedFeatures), ranks)));
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
        ICommunicator ranks)
    {
        OutcomeReport? report = ranks.OnRankZeroOnly(() => outcomeOptions.Open(context, arguments));
        int? cores = ranks.Size > 1 ? RankCores.CoresPerRank(ranks) : null;
        using EvaluationInputs input = ranks.OnEveryRank(() => EvaluationInputs.Open(context, arguments, cores));
        NoteDroppedImages(context, options, input.Train.Count);
        LinearResult result = Display.Show(context, display => fixedFeatures
            ? OnEmbeddings(input, options, display, ranks, context.Cancel)
            : LinearEvaluation.OnImages(
                input.Encoder, input.Train, input.Test, options, input.Reading, Epochs(display, options), ranks,
                context.Cancel));
        _ = ranks.OnRankZero(() =>
        {
            report!.Show(
                result.Outcome,
                $"linear evaluation ({(fixedFeatures ? "fixed features, " : "")}{result.Epochs} epochs"
                    + $"{LayerOption.Title(input.Layer)})",
                Json(result, input.Layer, fixedFeatures),
                EvaluationText.Background(result.TrainImages, result.Classes, result.SkippedImages),
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

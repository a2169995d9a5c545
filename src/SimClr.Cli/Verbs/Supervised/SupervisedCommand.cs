using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using SimClr.Checkpoints;
using SimClr.Cli.Progress;
using SimClr.Configuration;
using SimClr.Data;
using SimClr.Diagnostics;
using SimClr.Distributed;
using SimClr.Evaluation;
using SimClr.Training;

namespace SimClr.Cli.Verbs;

/// <summary><c>simclr supervised DATA --out RUN</c>.</summary>
internal static class SupervisedCommand
{
    private const string Name = "supervised";

    public static Command Create()
    {
        var arguments = new PretrainArguments();
        var test = new Option<string?>("--test")
        {
            Description = "Labeled images for a final test; not used for any choice",
            HelpName = "DATA",
        };
        var verb = new Verb(
            Name,
            "Train an encoder on labels as a baseline, with the views, optimizer and schedule of pretrain.",
            "simclr supervised ./labeled/train --out runs/supervised --test ./labeled/test",
            "simclr supervised sample:train --out runs/clothes-supervised --preset demo --test sample:test --epochs 5",
            "simclr supervised cifar10:./cifar-10-batches-bin --out runs/weak --set "
                + "views.strength=0.125 --set views.blur=true",
            "simclr supervised --out runs/supervised --resume")
        {
            Details =
            [
                "Each step uses one random view per image and the cross-entropy of its class, whereas pretrain",
                "contrasts two views (paper, Tables 1 and B.3). The configuration is built like that of pretrain;",
                "head and loss are ignored, and so are views.first, views.second and views.shared_crop. For crops and",
                "flips only: --set views.operations=crop,flip; for AutoAugment (Table 1): --set",
                "views.operations=crop,flip,autoaugment.",
                "",
                "RUN receives the files of a pre-training run, and classifier.safetensors. 'simclr evaluate' accepts",
                "it.",
            ],
        };
        Option<bool> keepPredictions = EvaluationRecords.KeepPredictions();
        arguments.AddTo(verb);
        verb.Add(test);
        verb.Add(keepPredictions);
        RankSession.AddTo(verb);
        return verb.Handle(context => RankSession.Run(
            context, ranks => Train(context, arguments, test, context.Value(keepPredictions), ranks)));
    }

    private static void Train(
        CommandContext context,
        PretrainArguments arguments,
        Option<string?> test,
        bool keepsPredictions,
        ICommunicator ranks)
    {
        using TrainingInputs call = ranks.OnEveryRank(() => TrainingInputs.Open(context, arguments, Name));
        using ImageDataSet? held = ranks.OnRankZeroOnly(
            () => context.Value(test) is { } data ? OpenTestSet(context, data, call) : null);
        SetNotes? notes = ranks.OnRankZeroOnly(() => held is null ? null : SetNotes.Create(context, call.Images, held));
        PretrainResult result = call.Train(display =>
            new SupervisedTrainer(call.Options)
            {
                Logger = display.Logger,
                Progress = display.Training,
                Communicator = ranks,
            }
                .Run(call.Images, call.Run.Root, call.Resume, context.Cancel));
        EvaluationOutcome? outcome = held is null ? null : Test(context, call, held, keepsPredictions);
        context.Result(Json(result, call.Options, call.Run, outcome, notes), Lines(result, outcome, notes));
    }

    private static ImageDataSet OpenTestSet(CommandContext context, string data, TrainingInputs call)
    {
        ImageDataSet held = context.OpenImages(data, call.Options.Data, needsLabels: true);
        try
        {
            call.Images.RequireLabels();
            _ = ClassMatch.Create(call.Images.ClassNames, held.ClassNames, held.RequireLabels());
            return held;
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    private static EvaluationOutcome Test(
        CommandContext context, TrainingInputs call, ImageDataSet test, bool keepsPredictions)
    {
        long begin = Stopwatch.GetTimestamp();
        using TrainedClassifier classifier = TrainedClassifier.Load(
            call.Run.Root, ComputeEnvironment.ResolveDevice(call.Options.Device));
        EvaluationOutcome outcome = Display.Show(context, display => classifier.Test(
            test,
            call.Options.Data,
            progress: display.Images($"classifying {test.Name}", test.Count),
            cancellation: context.Cancel));
        var sets = new Dictionary<string, ImageDataSet?> { ["train"] = call.Images, ["test"] = test };
        _ = EvaluationRecords.Write(
            context,
            new EvaluationSubject(
                Name, call.Run.Root, EvaluationRecord.EncoderRecord.Of(classifier.Encoder), sets, [])
                .With(call.Options.Seed, call.Options.Data),
            OutcomeJson.From(outcome, perClass: false),
            Stopwatch.GetElapsedTime(begin).TotalSeconds,
            stream => PredictionsFile.Write(stream, outcome),
            keepsPredictions,
            predictions: null);
        return outcome;
    }

    private static JsonObject Json(
        PretrainResult result,
        PretrainOptions options,
        RunDirectory run,
        EvaluationOutcome? outcome,
        SetNotes? notes)
    {
        JsonObject json = outcome is null ? [] : OutcomeJson.From(outcome, perClass: false);
        foreach ((string key, JsonNode? value) in PretrainReport.Json(result, options).ToArray())
        {
            if (key is not ("online_top1" or "health"))
            {
                json[key] = value?.DeepClone();
            }
        }

        notes?.AddTo(json);
        json["classifier"] = run.ClassifierFile;
        json["batch_top1"] = result.Health?.ContrastiveAccuracy;
        return json;
    }

    private static List<string> Lines(PretrainResult result, EvaluationOutcome? outcome, SetNotes? notes)
    {
        List<string> lines =
        [
            $"{result.Run}: finished {result.Steps} steps in {result.Epochs} epoch(s); encoder: "
                + $"{result.EncoderFile}, with the classifier next to it",
            string.Create(CultureInfo.InvariantCulture, $"final loss {result.FinalLoss:F3}")
                + (result.ImagesPerSecond > 0
                    ? $", {ProgressText.Speed(result.ImagesPerSecond)}"
                    : "; no steps were left"),
        ];
        if (result.Health is { } health)
        {
            lines.Add(health.Describe());
        }

        if (result.SkippedImages > 0)
        {
            lines.Add(
                $"{result.SkippedImages} image(s) could not be read; "
                    + $"they are listed in {new RunDirectory(result.Run).SkippedFile}");
        }

        lines.AddRange(outcome is null
            ? [$"next: simclr evaluate linear {ShellText.Quote(result.Run)} --train LABELED --test LABELED"]
            : OutcomeText.Accuracies("test images", outcome));
        lines.AddRange(notes?.Lines ?? []);
        return lines;
    }
}

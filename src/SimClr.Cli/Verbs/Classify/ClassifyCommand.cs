using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using SimClr.Checkpoints;
using SimClr.Classification;
using SimClr.Cli.Outputs;
using SimClr.Cli.Progress;
using SimClr.Cli.Reports;
using SimClr.Data;
using SimClr.Diagnostics;

namespace SimClr.Cli.Verbs;

/// <summary><c>simclr classify MODEL IMAGES</c>.</summary>
internal static class ClassifyCommand
{
    public static Verb Create()
    {
        var arguments = new ClassifyArguments();
        var verb = new Verb(
            "classify",
            "Say what new images show, with a classifier kept by label or evaluate, and sort them into folders.",
            "simclr classify animals.simclr ./new",
            "simclr classify animals.simclr ./new --out predictions.csv --html classes.html",
            "simclr classify animals.simclr ./new --move-to ./sorted --min-confidence 0.8 --dry-run",
            "simclr classify --undo ./sorted/undo.csv")
        {
            Details =
            [
                "Probabilities are calibrated, and presuppose that an image shows one of the classes. An image unlike",
                "all training images is said to show none of these. If IMAGES has folders named like classes, the",
                "accuracy is reported too.",
                "",
                "--copy-to and --move-to use one folder per class, 'none-of-these' for images unlike the training",
                "images, and 'uncertain' for those below --min-confidence. No file is overwritten: a file whose name",
                "is taken, also in other letter case, gets a number (cat-2.jpg). Each move is listed in DIR/undo.csv",
                "before it is made; --undo moves the files back.",
            ],
        };
        arguments.AddTo(verb);
        return verb.Handle(context =>
        {
            if (context.Value(arguments.Undo) is { } list)
            {
                arguments.RequireUndoAlone(context);
                Undo(context, list, context.Value(arguments.DryRun));
            }
            else
            {
                Classify(context, arguments);
            }
        });
    }

    private static void Classify(CommandContext context, ClassifyArguments arguments)
    {
        string path = ClassifyArguments.Required(context.Value(arguments.Model), arguments.Model);
        string data = ClassifyArguments.Required(context.Value(arguments.Images), arguments.Images);
        (string Option, string Directory, TransferMode Mode)? transfer = arguments.TransferOf(context);
        string device = ComputeEnvironment.ResolveDevice(context.Device ?? "auto");
        ComputeEnvironment.LimitThreads(context.Threads ?? 0);
        using ImageClassifier model = ImageClassifier.Load(path, device);
        DataOptions reading = EncoderInput.ReadingOf(
            Directory.Exists(path) && new RunDirectory(path).HasRun ? path : null, context.Value(arguments.Set));
        using ImageDataSet images = context.OpenImages(data, reading);
        if (transfer is { Option: var option } && images.Count > 0 && !File.Exists(images.PathOf(0)))
        {
            throw new ConfigurationException(
                $"{option}: the images of {images.Name} are not files of their own; expected a folder or a manifest");
        }

        var skipped = new SkippedImages(images, reading);
        int top = arguments.TopOf(context, model.ClassNames.Count);
        var found = new PredictedImages(
            Display.Show(context, display => Predict(context, model, images, reading, skipped, top, display)),
            model.ClassNames,
            top,
            context.Value(arguments.MinConfidence) ?? 0);
        NewImageAccuracy? accuracy = NewImageAccuracy.Measure(images, model.ClassNames, found.Images);

        // Before files move, so that the page still finds them.
        OutputFile? file = context.File(arguments.Out);
        OutputFile? html = context.File(arguments.Html);
        if (file is not null)
        {
            found.Write(file);
        }

        html?.Write(Encoding.UTF8.GetBytes(HtmlReport.Html(new ClassifyPage(model, found, images).Create(
            $"simclr classify {ShellText.Quote(path)} {ShellText.Quote(data)}", accuracy?.Text()))));
        ClassTransfer? moved = transfer is { } to
            ? ClassTransfer.Run(context, to, found, context.Value(arguments.DryRun))
            : null;
        context.Result(
            Json(found, model, accuracy, skipped.Count, (file, html), moved),
            [
                .. file is null && moved is null ? found.Lines() : [],
                .. moved?.Lines() ?? [],
                found.Summary() + (skipped.Count > 0 ? $"; {skipped.Count:N0} could not be read" : ""),
                .. accuracy is null ? [] : new[] { accuracy.Text() },
                $"the classifier: {ModelOption.Describe(model)}",
                .. file is null ? [] : new[] { $"wrote {file.Path}" },
                .. html is null ? [] : new[] { $"wrote {html.Path}" },
            ]);
    }

    private static List<PredictedImage> Predict(
        CommandContext context,
        ImageClassifier model,
        ImageDataSet images,
        DataOptions reading,
        SkippedImages skipped,
        int top,
        IDisplay display)
    {
        IProgress<int> progress = display.Images($"classifying {images.Name}", images.Count);
        var found = new List<PredictedImage>();
        foreach (ClassifiedImage image in model.Classify(images, reading, skipped, context.Cancel))
        {
            found.Add(new PredictedImage(
                image.Index,
                image.Path,
                image.Prediction.Top(top),
                image.Prediction.Novelty,
                image.Prediction.IsUnknown));
            progress.Report(found.Count);
        }

        return found;
    }

    private static JsonObject Json(
        PredictedImages found,
        ImageClassifier model,
        NewImageAccuracy? accuracy,
        int skipped,
        (OutputFile? Out, OutputFile? Html) files,
        ClassTransfer? transfer)
    {
        var json = new JsonObject
        {
            ["images"] = found.Count,
            ["classes"] = new JsonArray([.. model.ClassNames.Select(name => JsonValue.Create(name))]),
            ["groups"] = new JsonArray([.. found.Groups().Select(group => new JsonObject
            {
                ["name"] = group.Name,
                ["images"] = group.Images.Length,
            })]),
            ["predictions"] = found.Json(),
            ["skipped_images"] = skipped,
            ["model_accuracy"] = model.Quality is { MeasuredOn: not null } quality ? quality.Accuracy : null,
            ["temperature"] = model.Temperature,
            ["novelty_threshold"] = model.Novelty?.Threshold,
            ["out"] = files.Out?.Path,
            ["html"] = files.Html?.Path,
        };
        accuracy?.AddTo(json);
        transfer?.AddTo(json);
        return json;
    }

    private static void Undo(CommandContext context, string list, bool isDryRun)
    {
        UndoResult result = UndoList.Undo(list, isDryRun, context.Cancel);
        string verb = isDryRun ? "would be moved back" : "moved back";
        context.Result(
            new JsonObject
            {
                ["undo"] = list,
                ["dry_run"] = isDryRun,
                ["restored"] = result.Restored.Count,
                ["in_place"] = result.InPlace,
                ["not_restored"] = new JsonArray([.. result.NotRestored.Select(left => new JsonObject
                {
                    ["path"] = left.Path,
                    ["reason"] = left.Reason,
                })]),
            },
            [
                .. isDryRun ? result.Restored.Select(ClassTransfer.Text) : [],
                .. result.NotRestored.Select(
                    left => $"stays: {TerminalText.EscapeName(left.Path)} ({TerminalText.EscapeName(left.Reason)})"),
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{Plural.Format(result.Restored.Count, "file")} {verb}, {result.InPlace:N0} already in place, "
                        + $"{result.NotRestored.Count:N0} left"),
            ]);
        if (result.NotRestored.Count > 0)
        {
            throw new DataException(
                $"{Plural.Format(result.NotRestored.Count, "file")} of {list} could not be moved back; nothing was "
                    + "overwritten");
        }
    }
}

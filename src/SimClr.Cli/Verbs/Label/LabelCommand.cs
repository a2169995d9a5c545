using System.CommandLine;
using System.Text.Json.Nodes;
using SimClr.Checkpoints;
using SimClr.Classification;
using SimClr.Cli.Outputs;
using SimClr.Cli.Progress;
using SimClr.Labels;

namespace SimClr.Cli.Verbs;

/// <summary><c>simclr label EMBEDDINGS --labels labels.csv</c>.</summary>
internal static class LabelCommand
{
    public static Verb Create()
    {
        var arguments = new TableArguments();
        var labels = new Option<string?>("--labels")
        {
            Description = "Known labels: a CSV file with the columns path and label; an empty label means none",
            HelpName = "FILE",
        };
        Option<long?> suggest = NumberOption.Integer(
            "--suggest", "Suggest this many images whose labels would help most", 1);
        var next = new OutputOption(
            "--next",
            OutputKinds.Labels,
            "Write the known labels, followed by the suggested images to label: a file for the next --labels")
        {
            MayReplace = labels,
        };
        var predictions = new OutputOption(
            "--out", OutputKinds.LabelPredictions, "Write the predicted class and its probability for each image");
        var model = new ModelOption("--model", "the classifier with its encoder");
        OutputOption html = OutputOptions.Html("suggested", "Write an HTML page that shows the suggested images");
        var verb = new Verb(
            "label",
            "Train a classifier from a few labels: suggest images to label, fit, predict, and estimate the accuracy.",
            "simclr label photos.npy --suggest 20 --next labels.csv --html suggested.html",
            "simclr label photos.npy --labels labels.csv --out predictions.csv",
            "simclr label photos.npy --labels labels.csv --suggest 20 --next more.csv",
            "simclr label ./photos --run runs/photos --labels labels.csv --model animals.simclr",
            "simclr label photos.npy --run runs/photos --labels labels.csv --model animals.simclr")
        {
            Details =
            [
                "Logistic regression on the embeddings. Cross-validation chooses its regularization and gives the",
                "accuracy, printed with a 95% interval. Suggested images are those the classifier is least certain",
                "about, without look-alikes; before there are labels of two classes, the centers of the largest",
                "clusters. Fill in the file of --next, and pass it as --labels. --model keeps the classifier for",
                "'simclr classify'. It needs the encoder: --run with images, or --run with the embeddings that it",
                "computed (a few images are embedded again to check that), or an index, which names its encoder.",
            ],
        };
        arguments.AddTo(verb);
        verb.Add(labels);
        verb.Add(suggest);
        verb.Add(next);
        verb.Add(predictions);
        model.AddTo(verb);
        verb.Add(html);
        return verb.Handle(context => Label(
            context,
            arguments,
            context.Value(labels),
            SuggestionCount(context, suggest, next, html, context.Value(labels)),
            (context.File(predictions), context.File(next), model.Resolve(context), context.File(html))));
    }

    private static int SuggestionCount(
        CommandContext context, Option<long?> suggest, OutputOption next, OutputOption html, string? labels)
    {
        if (context.Value(suggest) is { } count)
        {
            return (int)count;
        }

        OutputOption? without = new[] { next, html }.FirstOrDefault(context.IsSpecified);
        return without is not null ? throw new ConfigurationException(
            $"{without.Name} shows suggested images; give their number with --suggest")
            : labels is null ? throw new ConfigurationException(
                "got neither --labels nor --suggest; expected training labels, or a number of "
                    + "images to suggest for labeling")
            : 0;
    }

    private static void Label(
        CommandContext context,
        TableArguments arguments,
        string? labels,
        int suggest,
        (OutputFile? Predictions, OutputFile? Next, OutputFile? Model, OutputFile? Html) files)
    {
        (OutputFile? predictions, OutputFile? next, OutputFile? kept, OutputFile? html) = files;
        if (kept is not null && labels is null)
        {
            throw new ConfigurationException("--model keeps a classifier of known labels; give them with --labels");
        }

        ManualLabels.RequirePreserved(next, labels);
        using TableInputs input = Display.Show(
            context, display => TableInputs.Open(context, arguments, display, runOfFile: kept is not null));
        using TrainedEncoder? encoder = kept is null ? null : LabelEncoder.Open(context, arguments, input);
        KnownLabels known = labels is null ? KnownLabels.None : KnownLabels.Read(labels, input.Table.Paths);
        if (known.UnmatchedPaths > 0)
        {
            context.WriteNote(
                $"{labels}: {known.UnmatchedPaths} labeled path(s) are not among the embedded images and were ignored");
        }

        if (next is not null)
        {
            ManualLabels.RequirePreserved(
                next, known.Rows.Select((row, i) => (input.Table.Paths[row], known.ClassNames[known.Labels[i]])));
        }

        bool learnable = known.ClassNames.Length > 1;
        FewLabelResult? model = learnable || predictions is not null || kept is not null || suggest == 0
            ? FewLabelClassifier.Fit(
                input.Table, known.Rows, known.Labels, known.ClassNames, context.Seed ?? 0, context.Cancel)
            : null;
        if (model is { Converged: false })
        {
            context.WriteNote(
                "note: the fit of the classifier stopped before its minimum; its predictions may be slightly off");
        }

        int[] suggested = suggest == 0 ? []
            : NextLabels.Choose(input.Table, known.Rows, model, suggest, context.Seed ?? 0, context.Cancel);
        var found = new LabelReport(input, known, model, suggested);
        found.WritePredictions(predictions);
        found.WriteNext(next);
        if (html is not null)
        {
            found.WritePage(html);
            input.Images.WriteNote(context);
        }

        JsonObject json = found.Json(predictions, next, html);
        List<string> lines = [.. found.Lines(predictions)];
        if (kept is not null)
        {
            using ImageClassifier classifier = model!.ToClassifier(encoder!);
            ModelOption.Keep(kept, classifier, json, lines);
        }

        context.Result(json, lines);
    }
}

using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using SimClr.Checkpoints;
using SimClr.Cli.Outputs;
using SimClr.Cli.Progress;
using SimClr.Data;
using SimClr.Evaluation;
using SimClr.Internals;
using SimClr.Training;

namespace SimClr.Cli.Verbs;

/// <summary><c>simclr evaluate transfer RUN --data-root DIR</c>.</summary>
internal static class EvaluateTransferCommand
{
    private static readonly string[] Protocols = [TransferInputs.Linear, TransferInputs.FineTune];
    private static readonly string[] Grids = [TransferInputs.FullGrid, TransferInputs.ThinGrid];

    public static Verb Create()
    {
        var run = new Argument<string>("RUN") { Description = "Run directory, or an encoder file written by 'simclr'" };
        var root = new Option<string>("--data-root")
        {
            Description = "Folder that contains the folders of the sets",
            HelpName = "DIR",
            Required = true,
        };
        var only = new Option<string[]>("--only")
        {
            Description = "Only these sets, separated by commas; all of them must exist",
            HelpName = "SET,SET",
        };
        var partial = new Option<bool>("--allow-partial")
        {
            Description = "Evaluate incomplete sets too; their results are marked",
        };
        Option<string?> protocol = ChoiceOption.Create(
            "--protocol",
            "Logistic regression on frozen representations, or fine-tuning of the whole network",
            Protocols,
            TransferInputs.Linear);
        Option<string?> grid = ChoiceOption.Create(
            "--grid",
            "With finetune: search over the paper's 56 rates and weight decays, or over 6 of them",
            Grids,
            TransferInputs.FullGrid);
        Option<long?> steps = NumberOption.Integer(
            "--steps", "With finetune: steps of each training run. Default: 20000 (40000 from scratch).", 1);
        var scratch = new Option<bool>("--from-scratch")
        {
            Description = "With finetune: start from random weights instead of the encoder, as a baseline",
        };
        var perClass = new Option<bool>("--per-class")
        {
            Description =
                "Add the accuracy and the most frequent confusions of each class; for VOC 2007, its average precision",
        };
        var predictions = new Option<string?>("--predictions")
        {
            Description = "Write the predictions for the test images of each set to DIR/SET.csv, for 'simclr evaluate "
                + "compare'; for VOC 2007, the scores of the classes",
            HelpName = "DIR",
        };
        Option<bool> keepPredictions = EvaluationRecords.KeepPredictions();
        var force = new Option<bool>("--force") { Description = "Repeat evaluations whose results are stored" };
        var anew = new Option<bool>("--anew") { Hidden = true };   // the former name of --force
        var report = new OutputOption("--report", OutputKinds.Page("transfer"), "Write the table as an HTML page")
        {
            HelpName = "FILE.html",
        };
        Option<string[]> set = ReadingOption.Create("the run's configuration");
        var verb = new Verb(
            "transfer",
            "The paper's transfer suite: twelve labeled sets, linear or fine-tuned, next to the paper's results.",
            "simclr evaluate transfer runs/photos --data-root ./sets",
            "simclr evaluate transfer runs/photos --data-root ./sets --only cifar10,pets,flowers "
                + "--report transfer.html --json",
            "simclr evaluate transfer runs/photos --data-root ./sets --only pets --protocol "
                + "finetune --grid thin --steps 2000",
            "simclr evaluate transfer runs/photos --data-root ./sets --only pets --protocol finetune --from-scratch",
            "simclr evaluate transfer runs/photos --data-root ./sets --only voc2007 --per-class --predictions scores")
        {
            run, root, only, partial, protocol, grid, steps, scratch, perClass, predictions, keepPredictions, report,
            force, anew, set,
        };
        verb.Details =
        [
            "Linear: the encoder is frozen. Images are resized by their short side and center-cropped. L-BFGS",
            "fits a logistic regression to their representations; its regularization (45 values) is chosen on",
            "validation images and refitted to the training and validation images (paper, Appendix B.8.1). The",
            "test images are not used for any choice. An encoder for 32 pixels is evaluated at 32 pixels. --seed",
            "determines the held-out validation images and the split of Caltech-101.",
            "",
            "Finetune: the whole network is trained on each set, as by 'simclr evaluate finetune'. Rate and",
            "weight decay are chosen on validation images, each setting a training run; then the network is",
            "trained again on all labels (B.8.2). VOC 2007, whose images may have several classes, uses a sigmoid",
            "per class instead of a softmax. With --from-scratch, the network of the encoder starts from random",
            "weights (--seed), with the paper's grid for it: higher rates and decays.",
            "",
            "Each result is stored in RUN/transfer (FILE.transfer for an encoder file) as soon as it is known. A",
            "repeated command with the same encoder, settings, seed and images reuses stored results and says so;",
            "--force evaluates again.",
            "",
            "The sets, their folders below DIR, and the number of training + test images:",
            .. TransferCatalog.Sets.Select(Line),
            "",
            "For missing sets, the command prints where to get them. Sets whose counts differ from the published",
            "ones are refused unless --allow-partial is given. docs/transfer.md describes the contents of each",
            "folder.",
        ];
        return verb.Handle(context => Evaluate(
            context,
            new TransferInputs(
                context.Value(run),
                context.Value(root)!,
                Chosen(context.Value(only) ?? []),
                context.Value(partial),
                context.Value(set) ?? [])
            {
                Protocol = Chosen(context, protocol, grid, steps, scratch),
                FromScratch = context.Value(scratch),
                Grid = context.Value(grid) ?? TransferInputs.FullGrid,
                Steps = (int?)context.Value(steps),
                PerClass = context.Value(perClass),
                KeepPredictions = context.Value(keepPredictions),
                Force = context.Value(force) || context.Value(anew),
            },
            context.Value(predictions),
            context.File(report)));
    }

    private static string Chosen(
        CommandContext context,
        Option<string?> protocol,
        Option<string?> grid,
        Option<long?> steps,
        Option<bool> scratch)
    {
        string chosen = context.Value(protocol) ?? TransferInputs.Linear;
        string? other = context.Value(grid) is not null ? grid.Name
            : context.Value(steps) is not null ? steps.Name
            : context.Value(scratch) ? scratch.Name
            : null;
        return other is not null && chosen == TransferInputs.Linear
            ? throw new ConfigurationException(
                $"{other} is for fine-tuning; expected --protocol {TransferInputs.FineTune} with it")
            : chosen;
    }

    private static string Line(TransferSet set) => string.Create(
        CultureInfo.InvariantCulture,
        $"  {set.Name,-12} {string.Join(", ", set.Folders),-46} "
            + $"{set.TrainImages + set.ValidationImages,7:N0} + {set.TestImages:N0}");

    /// <summary>Returns the requested sets in the order of the suite; null, for all, if none is named.</summary>
    private static IReadOnlyList<TransferSet>? Chosen(string[] only)
    {
        string[] names = [.. only.SelectMany(text => text.Split(',', StringSplitOptions.TrimEntries))];
        string[] known = [.. TransferCatalog.Sets.Select(set => set.Name)];
        string? wrong = names.FirstOrDefault(name => !known.Contains(name));
        return wrong is not null
            ? throw new ConfigurationException(
                $"--only: got '{wrong}', expected some of {string.Join(", ", known)}{DidYouMean.Hint(wrong, known)}")
            : names.Length > 0 ? [.. TransferCatalog.Sets.Where(set => names.Contains(set.Name))] : null;
    }

    /// <summary>Returns the output file of each set, checked before any computation.</summary>
    private static Dictionary<string, OutputFile> Files(CommandContext context, string? folder, TransferInputs request)
        => folder is null ? []
            : string.IsNullOrWhiteSpace(folder) || File.Exists(folder)
                ? throw new ConfigurationException(
                    $"--predictions: got '{folder}', expected a folder such as predictions")
                : request.Selected.ToDictionary(
                    set => set.Name, set => context.Outputs.Open(
                        "--predictions", Path.Join(folder, $"{set.Name}.csv"), OutputKinds.Predictions));

    private static void Evaluate(
        CommandContext context, TransferInputs request, string? predictions, OutputFile? report)
    {
        EvaluationRecords.RequireDirectory(request.Run, request.KeepPredictions);
        Dictionary<string, OutputFile> files = Files(context, predictions, request);
        long begin = Stopwatch.GetTimestamp();
        DataOptions reading = EncoderInput.ReadingOf(request.Run, request.Reading);
        using (TrainedEncoder encoder = EncoderInput.Open(context, request.Run))
        {
            long seed = context.Seed ?? 0;
            using TransferFolders folders = TransferFolders.Open(request, reading, seed);
            foreach (TransferSet set in folders.Absent)
            {
                context.WriteNote($"{set.Title} is missing: {TransferFolders.HowToGet(set, request.Root)}");
            }

            SetOverlap compared = SetNotes.OverlapOf(context);
            Dictionary<string, SharedImages> overlap = folders.Present.ToDictionary(
                splits => splits.Set.Name, splits => compared.Count(splits.Test, splits.Train, splits.Validation));
            string[] warnings =
            [
                .. folders.Present.Where(splits => overlap[splits.Set.Name].Count > 0).Select(splits =>
                    $"warning: {splits.Set.Title}: {overlap[splits.Set.Name].Count} of {splits.Test.Count} test images "
                        + "are training or validation images too"),
                .. overlap.Values.SelectMany(shared => shared.NotCompared).Select(left => $"note: {left}"),
            ];
            Array.ForEach(warnings, context.WriteNote);
            TransferResult[] results = Measure(context, request, encoder, folders, reading, seed);
            var table = new TransferTable(request, encoder.Options, encoder.Views, results, folders.Absent, seed);
            report?.Write(System.Text.Encoding.UTF8.GetBytes(table.Html(Stopwatch.GetElapsedTime(begin).TotalSeconds)));
            foreach (TransferResult result in results)
            {
                files.GetValueOrDefault(result.Set.Name)?.Write(
                    stream => TransferRecords.WritePredictions(stream, result));
            }

            JsonObject json = table.Json(report?.Path);
            json["predictions"] = predictions;
            json["overlap"] = new JsonObject(
                overlap.Select(set => KeyValuePair.Create<string, JsonNode?>(set.Key, set.Value.Count)));
            json["overlap_not_compared"] = new JsonObject(overlap.Select(
                set => KeyValuePair.Create<string, JsonNode?>(set.Key, set.Value.NotCompared.Sum(left => left.Count))));
            context.Result(
                json,
                [
                    .. table.Lines(report?.Path),
                    .. warnings,
                    .. predictions is null ? Array.Empty<string>() : [$"predictions: {Path.GetFullPath(predictions)}"],
                ]);
        }
    }

    /// <summary>
    /// Returns the results of all available sets: saved ones if their origin matches, the others as they are measured.
    /// </summary>
    private static TransferResult[] Measure(
        CommandContext context,
        TransferInputs request,
        TrainedEncoder encoder,
        TransferFolders folders,
        DataOptions reading,
        long seed)
    {
        int steps = request.Steps
            ?? (request.FromScratch ? FineTuneOptions.StepsFromScratch : new FineTuneOptions().Steps);
        var kept = SavedResults.ForEncoder(request, encoder, reading, steps, seed);
        var records = new TransferRecords(context, request, encoder, reading, steps, seed);
        TransferResult?[] before = [.. folders.Present.Select(splits => request.Force ? null : kept.Find(splits))];
        foreach (TransferResult found in before.OfType<TransferResult>())
        {
            context.WriteNote(
                $"{found.Set.Title}: reused from {kept.FileOf(found.Set)}, evaluated before with the same encoder, "
                    + "settings and images; --force evaluates again");
        }

        foreach (TransferSplits splits in folders.Present.Where((splits, at) => before[at] is null))
        {
            if (kept.EarlierFileOf(splits.Set) is { } earlier)
            {
                context.WriteNote(
                    $"note: {splits.Set.Title}: {earlier} was written by an earlier version, with different learning "
                        + $"rates and fits; it is kept, and the set is evaluated again for {kept.FileOf(splits.Set)}");
            }
        }

        int now = 0;
        try
        {
            return Display.Show(context, display =>
            {
                Func<TransferSplits, TransferResult> measure = request.Protocol == TransferInputs.Linear
                    ? Logistic(encoder, reading, seed, display, context.Cancel)
                    : FineTuneEach(context, request, steps, reading, seed, display);
                return folders.Present.Zip(before, (splits, found) => found is null
                    ? Kept(splits, records.Measure(splits, measure))
                    : records.Reuse(splits, found)).ToArray();
            });
        }
        catch (OperationCanceledException stop) when (now > 0)
        {
            throw new StoppedException(
                $"{now} set(s) are finished and stored in {kept.Folder}; repeat the command to continue", stop);
        }

        TransferResult Kept(TransferSplits splits, TransferResult result)
        {
            try
            {
                kept.Save(splits, result);
                now++;
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                context.WriteNote(
                    $"warning: the result of {splits.Set.Title} cannot be stored in {kept.Folder} ({error.Message}); "
                        + "it is lost if the command is interrupted");
            }

            return result;
        }
    }

    private static Func<TransferSplits, TransferResult> Logistic(
        TrainedEncoder encoder, DataOptions reading, long seed, IDisplay display, CancellationToken cancel)
    {
        var evaluation = new TransferEvaluation(encoder, reading, seed);
        return splits => evaluation.Run(
            splits,
            part => display.Images($"embedding {splits.Set.Title}, {NameOf(part, splits)}", part.Count),
            Sweep(display, splits.Set),
            cancel);
    }

    private static Func<TransferSplits, TransferResult> FineTuneEach(
        CommandContext context, TransferInputs request, int steps, DataOptions reading, long seed, IDisplay display)
    {
        var tuning = new TransferFineTuning(
            request.Run,
            new FineTuneOptions { Seed = seed, Steps = steps, FromScratch = request.FromScratch },
            FinetuneArguments.GridOf(request.Grid == TransferInputs.FullGrid, request.FromScratch),
            reading,
            context.Device ?? "auto",
            context.Threads ?? 0);
        return splits => tuning.Run(splits, Steps(display, splits.Set), context.Cancel);
    }

    private static ImmediateProgress<FineTuneProgress> Steps(IDisplay display, TransferSet set)
    {
        IProgress<WorkDone> all = display.Work(1000);
        return new ImmediateProgress<FineTuneProgress>(progress => all.Report(new WorkDone(
            (int)(1000 * (progress.Run - 1 + ((double)progress.Step / progress.Steps)) / progress.Runs),
            string.Create(
                CultureInfo.InvariantCulture,
                $"{set.Title}: training {progress.Run} of {progress.Runs}, step {progress.Step} of "
                    + $"{progress.Steps}, loss {progress.Loss:F3}"))));
    }

    private static string NameOf(ImageDataSet part, TransferSplits splits)
        => ReferenceEquals(part, splits.Test) ? "test"
            : ReferenceEquals(part, splits.Validation) ? "validation"
            : "training";

    private static ImmediateProgress<LogisticSweepPoint> Sweep(IDisplay display, TransferSet set)
    {
        int all = LogisticOptions.PaperStrengths.Count;
        int done = 0;
        IProgress<WorkDone>? work = null;
        return new ImmediateProgress<LogisticSweepPoint>(point =>
        {
            // Not before the images are embedded: the displays take turns on one line.
            work ??= display.Work(all);
            work.Report(new WorkDone(
                ++done,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{set.Title}: λ {done} of {all} ({point.L2:G3}), validation "
                        + $"{ProgressText.Percent(point.Validation)}")));
        });
    }
}

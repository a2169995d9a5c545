using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using SimClr.Checkpoints;
using SimClr.Cli.Outputs;
using SimClr.Cli.Progress;
using SimClr.Configuration;
using SimClr.Data;
using SimClr.Diagnostics;
using SimClr.Evaluation;
using SimClr.Internals;
using SimClr.Training;

namespace SimClr.Cli.Verbs;

/// <summary><c>simclr evaluate transfer RUN --data-root DIR</c>.</summary>
internal static class EvaluateTransferCommand
{
    private static readonly string[] Protocols = [TransferRequest.Linear, TransferRequest.FineTune];
    private static readonly string[] Grids = [TransferRequest.FullGrid, TransferRequest.ThinGrid];

    public static Verb Create()
    {
        var run = new Argument<string>("RUN") { Description = "A run directory, or a file with an encoder that 'simclr' wrote" };
        var root = new Option<string>("--data-root") { Description = "The folder that holds the sets' folders", HelpName = "DIR", Required = true };
        var only = new Option<string[]>("--only")
        {
            Description = "These sets alone, separated by commas; each must then be there",
            HelpName = "SET,SET",
        };
        var partial = new Option<bool>("--allow-partial") { Description = "Also measure on sets of which images or whole classes are missing; their results are marked" };
        Option<string?> protocol = ChoiceOption.Of(
            "--protocol", "Logistic regression on fixed representations, or training of the whole network; linear if it is not given", Protocols);
        Option<string?> grid = ChoiceOption.Of(
            "--grid", "With finetune: the paper's 56 rates and decays to choose from, or 6 of them; full if it is not given", Grids);
        Option<long?> steps = NumberOption.Integer("--steps", "With finetune: steps of each training; 20000 if it is not given", 1);
        var perClass = new Option<bool>("--per-class")
        {
            Description = "Add the accuracy of each class of each set and what it is taken for, of VOC 2007 the average precision",
        };
        var predictions = new Option<string?>("--predictions")
        {
            Description = "Write what was said about each test image into this folder, as SET.csv, for 'simclr evaluate compare'; of VOC 2007 the score of each class, which that does not take",
            HelpName = "DIR",
        };
        var anew = new Option<bool>("--anew") { Description = "Measure again what was measured before with the same encoder, settings and images" };
        var report = new OutputOption("--report", OutputKinds.Page("transfer"), "Write the table as a page") { HelpName = "FILE.html" };
        Option<string[]> set = ReadingOption.Create("the run says");
        var verb = new Verb(
            "transfer",
            "The paper's transfer suite: twelve labeled sets, linear or fine-tuned, beside the paper's results.",
            "simclr evaluate transfer runs/photos --data-root ./sets",
            "simclr evaluate transfer runs/photos --data-root ./sets --only cifar10,pets,flowers --report transfer.html --json",
            "simclr evaluate transfer runs/photos --data-root ./sets --only pets --protocol finetune --grid thin --steps 2000",
            "simclr evaluate transfer runs/photos --data-root ./sets --only voc2007 --per-class --predictions scores")
        {
            run, root, only, partial, protocol, grid, steps, perClass, predictions, report, anew, set,
        };
        verb.Details =
        [
            "Linear: the encoder stays as it is. Images are resized to its short side and cropped in the center; a logistic regression",
            "is fitted to their representations by L-BFGS, its regularization (45 values) chosen on validation images, and",
            "fitted again to training and validation images (paper, Appendix B.8.1). Nothing is chosen on test images. An encoder",
            "of 32 pixels is measured at 32 pixels. --seed fixes what is held out for validation, and the split of Caltech-101.",
            "",
            "Finetune: the whole network is trained on each set, from the encoder, as by 'simclr evaluate finetune': rate and decay",
            "are chosen on validation images, each choice a training of its own, and the network is trained again on all",
            "(B.8.2). VOC 2007, whose images have several classes each, gets a sigmoid for each class instead of a softmax.",
            "",
            "The result of each set is kept in RUN/transfer (of an encoder file in FILE.transfer) as soon as it is there. Given again,",
            "with the same encoder, settings, seed and images, the command takes up what is done, and says so; --anew does not.",
            "",
            "The sets, the folders that they are looked for in below DIR, and the number of images:",
            .. TransferCatalog.Sets.Select(Line),
            "",
            "Sets that are not there are named with where to get them. One whose numbers differ from those that its authors",
            "published is refused; --allow-partial measures on it all the same. docs/transfer.md says what each folder holds.",
        ];
        return verb.Does(context => Evaluate(
            context,
            new TransferRequest(
                context.Value(run),
                context.Value(root)!,
                Chosen(context.Value(only) ?? []),
                context.Value(partial),
                context.Value(set) ?? [])
            {
                Protocol = Chosen(context, protocol, grid, steps),
                Grid = context.Value(grid) ?? TransferRequest.FullGrid,
                Steps = (int?)context.Value(steps),
                PerClass = context.Value(perClass),
                Anew = context.Value(anew),
            },
            context.Value(predictions),
            context.File(report)));
    }

    private static string Chosen(CommandContext context, Option<string?> protocol, Option<string?> grid, Option<long?> steps)
    {
        string chosen = context.Value(protocol) ?? TransferRequest.Linear;
        string? other = context.Value(grid) is not null ? grid.Name : context.Value(steps) is not null ? steps.Name : null;
        return other is not null && chosen == TransferRequest.Linear
            ? throw new ConfigurationException($"{other} is for fine-tuning; expected --protocol {TransferRequest.FineTune} with it")
            : chosen;
    }

    private static string Line(TransferSet set) => string.Create(
        CultureInfo.InvariantCulture,
        $"  {set.Name,-12} {string.Join(", ", set.Folders),-46} {set.TrainImages + set.ValidationImages,7:N0} + {set.TestImages:N0}");

    /// <summary>The sets that were asked for, in the order of the suite; all where none was named.</summary>
    private static IReadOnlyList<TransferSet>? Chosen(string[] only)
    {
        string[] names = [.. only.SelectMany(text => text.Split(',', StringSplitOptions.TrimEntries))];
        string[] known = [.. TransferCatalog.Sets.Select(set => set.Name)];
        string? wrong = names.FirstOrDefault(name => !known.Contains(name));
        return wrong is not null
            ? throw new ConfigurationException($"--only: got '{wrong}', expected some of {string.Join(", ", known)}{Nearest.Hint(wrong, known)}")
            : names.Length > 0 ? [.. TransferCatalog.Sets.Where(set => names.Contains(set.Name))] : null;
    }

    /// <summary>A file for each set, checked before anything is computed.</summary>
    private static Dictionary<string, OutputFile> Files(CommandContext context, string? folder, TransferRequest request)
        => folder is null ? []
            : string.IsNullOrWhiteSpace(folder) || File.Exists(folder)
                ? throw new ConfigurationException($"--predictions: got '{folder}', expected a folder such as predictions")
                : request.Wanted.ToDictionary(
                    set => set.Name, set => context.Outputs.Open("--predictions", Path.Join(folder, $"{set.Name}.csv"), OutputKinds.Predictions));

    private static void Evaluate(CommandContext context, TransferRequest request, string? predictions, OutputFile? report)
    {
        Dictionary<string, OutputFile> files = Files(context, predictions, request);
        long begin = Stopwatch.GetTimestamp();
        (TrainedEncoder encoder, DataOptions reading) = Load(context, request);
        using (encoder)
        {
            long seed = context.Seed ?? 0;
            using TransferFolders folders = TransferFolders.Open(request, reading, seed);
            foreach (TransferSet set in folders.Absent)
            {
                context.Remark($"{set.Title} is not there: {set.HowToGet(request.Root)}");
            }

            SetOverlap compared = SetNotes.OverlapOf(context);
            Dictionary<string, SharedImages> overlap = folders.Present.ToDictionary(
                splits => splits.Set.Name, splits => compared.Count(splits.Test, splits.Train, splits.Validation));
            string[] warnings =
            [
                .. folders.Present.Where(splits => overlap[splits.Set.Name].Count > 0).Select(splits =>
                    $"warning: {splits.Set.Title}: {overlap[splits.Set.Name].Count} of {splits.Test.Count} test images are training or validation images too"),
                .. overlap.Values.SelectMany(shared => shared.Left).Select(left => $"note: {left}"),
            ];
            Array.ForEach(warnings, context.Remark);
            TransferResult[] results = Measure(context, request, encoder, folders, reading, seed);
            var table = new TransferTable(request, encoder.Options, encoder.Views, results, folders.Absent, seed);
            report?.Write(System.Text.Encoding.UTF8.GetBytes(table.Html(Stopwatch.GetElapsedTime(begin).TotalSeconds)));
            foreach (TransferResult result in results)
            {
                files.GetValueOrDefault(result.Set.Name)?.Write(stream => Write(stream, result));
            }

            JsonObject json = table.Json(report?.Path);
            json["predictions"] = predictions;
            json["overlap"] = new JsonObject(overlap.Select(set => KeyValuePair.Create<string, JsonNode?>(set.Key, set.Value.Count)));
            json["overlap_not_compared"] = new JsonObject(overlap.Select(set => KeyValuePair.Create<string, JsonNode?>(set.Key, set.Value.Left.Sum(left => left.Count))));
            context.Result(json, [.. table.Words(report?.Path), .. warnings, .. predictions is null ? Array.Empty<string>() : [$"predictions: {Path.GetFullPath(predictions)}"]]);
        }
    }

    private static void Write(Stream stream, TransferResult result)
    {
        if (result.Outcome is { } outcome)
        {
            PredictionsFile.Write(stream, outcome);
        }
        else
        {
            result.Scores!.Write(stream);
        }
    }

    private static (TrainedEncoder Encoder, DataOptions Reading) Load(CommandContext context, TransferRequest request)
    {
        string device = ComputeEnvironment.ResolveDevice(context.Device ?? "auto");
        ComputeEnvironment.LimitThreads(context.Threads ?? 0);

        var run = new RunDirectory(request.Run);
        PretrainOptions basis = run.HasRun ? RunRecord.Read(run.RunFile).Configuration : new PretrainOptions();
        DataOptions reading = ReadingOption.LayOver(basis, request.Reading, "the rest is as the encoder was trained").Data;
        return (TrainedEncoder.Load(request.Run, device), reading);
    }

    /// <summary>The results of all sets that are there: those of before where they came of the same, the others as they are measured.</summary>
    private static TransferResult[] Measure(
        CommandContext context, TransferRequest request, TrainedEncoder encoder, TransferFolders folders, DataOptions reading, long seed)
    {
        int steps = request.Steps ?? new FineTuneOptions().Steps;
        var kept = KeptResults.Of(request, encoder, reading, steps, seed);
        TransferResult?[] before = [.. folders.Present.Select(splits => request.Anew ? null : kept.Find(splits))];
        foreach (TransferResult found in before.OfType<TransferResult>())
        {
            context.Remark($"{found.Set.Title}: taken from {kept.FileOf(found.Set)}, measured before with the same encoder, settings and images; --anew measures again");
        }

        foreach (TransferSplits splits in folders.Present.Where((splits, at) => before[at] is null))
        {
            if (kept.EarlierOf(splits.Set) is { } earlier)
            {
                context.Remark($"note: {splits.Set.Title}: {earlier} was measured by an earlier version, by other learning rates and fits; it stays as it is, and the set is measured again for {kept.FileOf(splits.Set)}");
            }
        }

        int now = 0;
        try
        {
            return Display.Show(context, display =>
            {
                Func<TransferSplits, TransferResult> measure = request.Protocol == TransferRequest.Linear
                    ? Logistic(encoder, reading, seed, display, context.Cancel)
                    : Tuned(context, request, steps, reading, seed, display);
                return folders.Present.Zip(before, (splits, found) => found ?? Kept(splits, measure(splits))).ToArray();
            });
        }
        catch (OperationCanceledException stop) when (now > 0)
        {
            throw new StoppedException($"{now} set(s) are done and kept in {kept.Folder}; the same command goes on from there", stop);
        }

        TransferResult Kept(TransferSplits splits, TransferResult result)
        {
            try
            {
                kept.Keep(splits, result);
                now++;
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                context.Remark($"warning: the result of {splits.Set.Title} cannot be kept in {kept.Folder} ({error.Message}); it is lost if the rest is interrupted");
            }

            return result;
        }
    }

    private static Func<TransferSplits, TransferResult> Logistic(
        TrainedEncoder encoder, DataOptions reading, long seed, IDisplay display, CancellationToken cancel)
    {
        var evaluation = new TransferEvaluation(encoder, reading, seed);
        return splits => evaluation.Run(
            splits, part => display.Images($"embedding {splits.Set.Title}, {NameOf(part, splits)}", part.Count), Sweep(display, splits.Set), cancel);
    }

    private static Func<TransferSplits, TransferResult> Tuned(
        CommandContext context, TransferRequest request, int steps, DataOptions reading, long seed, IDisplay display)
    {
        var tuning = new TransferFineTuning(
            request.Run,
            new FineTuneOptions { Seed = seed, Steps = steps },
            request.Grid == TransferRequest.FullGrid ? FineTuneGrid.Full : FineTuneGrid.Thin,
            reading,
            context.Device ?? "auto",
            context.Threads ?? 0);
        return splits => tuning.Run(splits, Steps(display, splits.Set), context.Cancel);
    }

    private static Reports<FineTuneProgress> Steps(IDisplay display, TransferSet set)
    {
        IProgress<WorkDone> all = display.Work(1000);
        return new Reports<FineTuneProgress>(progress => all.Report(new WorkDone(
            (int)(1000 * (progress.Run - 1 + ((double)progress.Step / progress.Steps)) / progress.Runs),
            string.Create(
                CultureInfo.InvariantCulture,
                $"{set.Title}: training {progress.Run} of {progress.Runs}, step {progress.Step} of {progress.Steps}, loss {progress.Loss:F3}"))));
    }

    private static string NameOf(ImageDataSet part, TransferSplits splits)
        => ReferenceEquals(part, splits.Test) ? "test" : ReferenceEquals(part, splits.Validation) ? "validation" : "training";

    private static Reports<LogisticSweepPoint> Sweep(IDisplay display, TransferSet set)
    {
        int all = LogisticOptions.PaperStrengths.Count;
        int done = 0;
        IProgress<WorkDone>? work = null;
        return new Reports<LogisticSweepPoint>(point =>
        {
            work ??= display.Work(all);   // Not before the images are embedded: one line at a time.
            work.Report(new WorkDone(
                ++done,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{set.Title}: λ {done} of {all} ({point.L2:G3}), validation {ProgressText.Percent(point.Validation)}")));
        });
    }
}

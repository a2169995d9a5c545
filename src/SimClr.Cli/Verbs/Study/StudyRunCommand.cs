using System.Globalization;
using System.Runtime.InteropServices;
using SimClr.Cli.Studies;
using SimClr.Configuration;
using SimClr.Internals;

namespace SimClr.Cli.Verbs;

/// <summary><c>simclr study run NAME</c>.</summary>
internal static class StudyRunCommand
{
    public static Verb Create()
    {
        var arguments = new StudyArguments();
        var verb = new Verb(
            "run",
            "Train and measure the cells of a study, and report.",
            "simclr study run color --scale smoke",
            "simclr study run color --scale small --data ./cifar10/train --test ./cifar10/test --dry-run",
            "simclr study run table-4 --scale small --data ./cifar10/train --test ./cifar10/test --seeds 3")
        {
            Details =
            [
                "Prints the plan first: cells, images, expected time, disk. Each cell is trained and measured by",
                "ordinary commands, which are printed; its run is an ordinary run directory in DIR/runs. The same",
                "command continues a study that was stopped or killed. A run or cell of another configuration or",
                "version is refused (exit code 5). With --cell i/n, n jobs share the cells; the report follows with",
                "'simclr study report DIR'.",
            ],
        };
        arguments.AddTo(verb);
        return verb.Handle(context => Run(context, arguments));
    }

    private static void Run(CommandContext context, StudyArguments arguments)
    {
        (Study study, string text) = StudyCommand.Open(context.Value(arguments.Name));
        (int Part, int Parts)? part = StudyArguments.ParseCell(context.Value(arguments.Cell));
        StudyPlan plan = StudyPlan.Create(
            study,
            context.Value(arguments.Scale) ?? "smoke",
            StudyArguments.ParseSeeds(context.Value(arguments.Seeds)) ?? (context.Seed is { } seed ? [seed] : null),
            context.Value(arguments.Set) ?? []);
        IReadOnlyDictionary<string, PretrainOptions> configurations = plan.ResolveConfigurations();
        string typed = context.Value(arguments.Out) ?? Path.Combine("studies", $"{study.Name}-{plan.Scale.Name}");
        var directory = new StudyDirectory(Path.TrimEndingDirectorySeparator(typed));
        StudyRecord? before = StudyRecord.Find(directory);
        RequireOwn(directory, before);

        StudyInputs inputs = StudyInputs.Open(
            context,
            plan,
            directory,
            context.Value(arguments.Data) ?? before?.Data.Name,
            context.Value(arguments.Test) ?? before?.Test?.Name);
        var commands = new StudyCommands(plan, directory, inputs.Train.Argument, inputs.Test?.Argument);
        var runner = new StudyRunner(plan, commands, directory, configurations, Shared(context), context.Error);
        StudyRecord record = Record(plan, inputs, before);
        before?.RequireMatch(record, directory);
        StudyCommandChecks.Check(plan, commands);
        runner.Check(plan.Cells);
        IReadOnlyList<StudyCell> cells = part is { } own ? plan.Part(own.Part, own.Parts) : plan.Cells;
        (StudyCell Cell, CellRecord? Record)[] states = [.. cells.Select(cell => (cell, runner.Finished(cell)))];
        StudyCell[] left = [.. states.Where(state => state.Record is null).Select(state => state.Cell)];
        StudyEstimate estimate = StudyEstimate.Create(
            context, configurations, left, [.. states.Select(state => state.Record).OfType<CellRecord>()],
            inputs.Train.Images.Taken);
        string[] lines = [.. StudyPlanText.Lines(plan, record, directory, cells, left, estimate)];
        if (context.Value(arguments.DryRun))
        {
            context.Result(StudyPlanText.Json(plan, record, directory, cells, left, estimate, commands), lines);
            return;
        }

        foreach (string line in lines)
        {
            context.WriteNote(line);
        }

        record.Write(directory);
        AtomicFile.WriteText(directory.StudyFile, text);
        try
        {
            inputs.Pack(context);
            runner.Run(cells, context.Cancel);
        }
        catch (OperationCanceledException stopped)
        {
            throw new StoppedException("the study was interrupted; the same command continues it", stopped);
        }
        catch (StudyStoppedException stopped)
        {
            context.WriteNote(stopped.Message);
            throw new SilentException(stopped.ExitCode, stopped);
        }
        catch
        {
            // Such as a full disk.
            context.WriteNote("the study stopped; once the cause is removed, the same command continues it");
            throw;
        }

        StudyReportCommand.Report(context, StudyResults.Collect(plan, record, directory));
    }

    // A directory with other contents is the user's.
    private static void RequireOwn(StudyDirectory directory, StudyRecord? before)
    {
        if (File.Exists(directory.Root)
            || (before is null && Directory.Exists(directory.Root)
                && Directory.EnumerateFileSystemEntries(directory.Root).Any()))
        {
            throw new ConfigurationException(
                $"--out: '{directory.Root}' exists and is not the directory of a study; choose another one");
        }
    }

    private static StudyRecord Record(StudyPlan plan, StudyInputs inputs, StudyRecord? before) => new(
        plan.Study.Name,
        plan.Scale.Name,
        [.. (before?.Seeds ?? []).Union(plan.Seeds)],
        plan.Overrides,
        inputs.Train.Images,
        inputs.Test?.Images,
        StudyRunner.Version,
        before?.Machine ?? string.Create(
            CultureInfo.InvariantCulture,
            $"{MachineReport.Detect().Processor}, {MachineReport.Detect().Cores} cores, "
                + $"{RuntimeInformation.OSDescription}"));

    private static string[] Shared(CommandContext context) =>
    [
        .. context.Device is { } device ? new[] { GlobalOptions.Device, device } : [],
        .. context.Threads is { } threads ? new[] { GlobalOptions.Threads, $"{threads}" } : [],
    ];
}

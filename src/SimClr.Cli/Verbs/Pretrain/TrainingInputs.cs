using SimClr.Checkpoints;
using SimClr.Cli.Progress;
using SimClr.Configuration;
using SimClr.Data;
using SimClr.Training;

namespace SimClr.Cli.Verbs;

/// <summary>The inputs of one command that trains into a run directory, opened and combined.</summary>
internal sealed class TrainingInputs : IDisposable
{
    private readonly CommandContext context;
    private readonly string verb;

    private TrainingInputs(
        CommandContext context,
        string verb,
        RunDirectory run,
        bool resume,
        ImageDataSet images,
        PretrainOptions options)
    {
        this.context = context;
        this.verb = verb;
        Run = run;
        Resume = resume;
        Images = images;
        Options = options;
    }

    public RunDirectory Run { get; }

    public bool Resume { get; }

    public ImageDataSet Images { get; }

    public PretrainOptions Options { get; }

    public static TrainingInputs Open(CommandContext context, PretrainArguments arguments, string verb)
    {
        var run = new RunDirectory(Path.TrimEndingDirectorySeparator(RequireDirectory(context.Value(arguments.Out)!)));
        bool resume = context.Value(arguments.Resume);
        RunRecord? before = resume && run.HasRun ? RunRecord.Read(run.RunFile) : null;
        if (before is not null && before.Task != verb)
        {
            throw new ResumeMismatchException(
                $"{run.Root}: the run was started with 'simclr {before.Task}' and cannot be continued with 'simclr "
                    + $"{verb}'; resume it with the former, or choose another directory with --out");
        }

        ImageDataSet images = OpenImages(context, arguments, before, run, resume, verb);
        try
        {
            PretrainOptions options = PretrainConfiguration.Resolve(context, arguments, before, images);
            if (!resume || run.LatestCheckpoint() is null)
            {
                WeightsDownload.Ensure(context, options.Encoder.Weights);
            }

            return new TrainingInputs(context, verb, run, resume, images, options);
        }
        catch
        {
            images.Dispose();
            throw;
        }
    }

    /// <summary>Trains, and reports errors in the user's terms.</summary>
    public PretrainResult Train(Func<IDisplay, PretrainResult> train)
    {
        try
        {
            return Display.Show(context, train);
        }
        catch (OperationCanceledException stopped)
        {
            throw Run.LatestCheckpoint() is null
                ? new StoppedException("stopped before the first step; there is nothing to resume", stopped)
                : new StoppedException(stopped.Message, stopped)
                {
                    ResumeHint = $"Resume with: simclr {verb} --out {ShellText.Quote(Run.Root)} --resume",
                };
        }
        catch (Exception error) when (CannotWrite(error))
        {
            throw new ConfigurationException($"{Run.Root}: cannot be used for the run: {error.Message}", error);
        }
    }

    public void Dispose() => Images.Dispose();

    // Unreadable images never cause these errors: they are skipped.
    private static bool CannotWrite(Exception error) => error is IOException or UnauthorizedAccessException;

    private static string RequireDirectory(string directory)
        => string.IsNullOrWhiteSpace(directory)
            ? throw new ConfigurationException("--out is empty, expected a directory")
            : directory;

    private static ImageDataSet OpenImages(
        CommandContext context,
        PretrainArguments arguments,
        RunRecord? before,
        RunDirectory run,
        bool resume,
        string verb)
    {
        string? typed = context.Value(arguments.Data);
        string name = DataName(typed, before, run, resume, verb);
        DataOptions reading = PretrainConfiguration.ReadingOptions(context, arguments, before);
        if (typed is not null || before is null)
        {
            return context.OpenImages(name, reading);
        }

        // The name is as typed when the run started, perhaps in another folder or before the images were moved.
        string advice =
            $"The run was started on '{name}'; if the images have moved, or the run was started from another folder, "
                + $"specify their location: simclr {verb} DATA --out {ShellText.Quote(run.Root)} --resume";
        ImageDataSet images;
        try
        {
            images = context.OpenImages(name, reading);
        }
        catch (DataException error)
        {
            throw new DataException([.. error.Lines, advice], error);
        }

        if (images.Fingerprint != before.Data.Fingerprint)
        {
            images.Dispose();
            throw new ResumeMismatchException(
                [$"{run.Root}: '{name}' does not contain the images that the run was started on.", advice]);
        }

        return images;
    }

    private static string DataName(string? typed, RunRecord? before, RunDirectory run, bool resume, string verb)
        => typed ?? before?.Data.Name ?? throw new ConfigurationException(resume
            ? $"DATA is missing, and there is no run in '{run.Root}' to take it from"
            : "DATA is missing: expected a folder, a manifest or a data spec such as sample:. "
                + $"See 'simclr {verb} --help'.");
}

using System.CommandLine;
using SimClr.Cli.Verbs;
using SimClr.Diagnostics;

namespace SimClr.Cli;

/// <summary>The <c>simclr</c> command: its verbs, its global options, and its error handling.</summary>
internal static class CommandLine
{
    private const int Success = 0;
    private const int Failure = 1;
    private const int UsageError = 2;
    private const int DataError = 3;
    private const int Interrupted = 130;

    /// <summary>Runs one command line.</summary>
    /// <param name="arguments">The arguments after <c>simclr</c>.</param>
    /// <param name="output">The stream for results.</param>
    /// <param name="error">The stream for progress, notes and errors.</param>
    /// <param name="cancel">Requests a stop at a point from which the command can be resumed.</param>
    /// <returns>The exit code.</returns>
    public static int Run(
        IReadOnlyList<string> arguments, TextWriter output, TextWriter error, CancellationToken cancel = default)
    {
        var results = new ConsoleWriter(output);
        var remarks = new ConsoleWriter(error);
        int code = Run(arguments, results, remarks, cancel);
        if (results.Failure is { } reason)
        {
            remarks.WriteLine($"warning: not all results could be written to standard output: {reason}");
        }

        return code;
    }

    private static int Run(
        IReadOnlyList<string> arguments, ConsoleWriter output, ConsoleWriter error, CancellationToken cancel)
    {
        CommandWords.Protect(arguments);
        Verb root = CreateRoot();
        if (Suggestions.Answer(arguments, root) is { } suggestions)
        {
            foreach (string word in suggestions)
            {
                output.WriteLine(word);
            }

            return Success;
        }

        ParseResult parsed = root.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0 || UsageErrors.HasDirective(parsed))
        {
            UsageErrors.Write(parsed, RankErrorOutput.For(error, cancel));
            return UsageError;
        }

        var invocation = new InvocationConfiguration
        {
            Output = output,
            Error = error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
        };
        try
        {
            if (Libtorch.Failure is { } failure)
            {
                throw failure;
            }

            return parsed.InvokeAsync(invocation, cancel).GetAwaiter().GetResult();
        }
        catch (Exception exception)
        {
            TextWriter voice = exception is SilentException ? error : RankErrorOutput.For(error, cancel);
            return Report(exception, voice, verbose: parsed.GetValue<bool>(GlobalOptions.Verbose));
        }
    }

    /// <summary>Creates the tree of all verbs.</summary>
    internal static Verb CreateRoot()
    {
        var root = new Verb(
            "simclr",
            "Learn image representations without labels (SimCLR), and evaluate them.",
            "simclr pretrain ./photos --out runs/photos",
            "simclr evaluate knn runs/photos --train ./labeled/train --test ./labeled/test",
            "simclr doctor")
        {
            Details =
            [
                "DATA is a folder of images (class labels, where needed, are the names of its subfolders), a manifest",
                "(.csv with path,label), a file written by 'simclr data pack', or a data spec: sample:, cifar10:DIR,",
                "cifar100:DIR, stl10:DIR[:unlabeled], fashion-mnist:DIR, mnist:DIR, tar:GLOB, or a set of the",
                "transfer suite such as pets:DIR (see 'simclr evaluate transfer --help'). Append :train or :test to",
                "choose a split where the set has splits.",
                "",
                "RUN is a run directory, an encoder file, a folder in the layout of the Hugging Face hub, or",
                "weights:NAME for a public checkpoint (see 'simclr weights list').",
                "",
                "Exit codes: 0 success, 2 invalid usage or configuration, 3 unusable data, 4 training diverged, 5",
                "resumed run does not match, 130 interrupted (a checkpoint was written).",
            ],
        };
        root.Add(DemoCommand.Create());
        root.Add(PretrainCommand.Create());
        root.Add(SupervisedCommand.Create());
        root.Add(EvaluateCommand.Create());
        root.Add(EmbedCommand.Create());
        root.Add(IndexCommand.Create());
        root.Add(SearchCommand.Create());
        root.Add(ExportCommand.Create());
        root.Add(ImportCommand.Create());
        root.Add(WeightsCommand.Create());
        root.Add(DuplicatesCommand.Create());
        root.Add(CheckCommand.Create());
        root.Add(ClusterCommand.Create());
        root.Add(LabelCommand.Create());
        root.Add(ClassifyCommand.Create());
        root.Add(MapCommand.Create());
        root.Add(DataCommand.Create());
        root.Add(DoctorCommand.Create());
        root.Add(BenchCommand.Create());
        root.Add(ReportCommand.Create());
        root.Add(AugmentCommand.Create());
        root.Add(RunsCommand.Create());
        root.Add(PresetCommand.Create());
        root.Add(StudyCommand.Create());
        root.Add(ValidateCommand.Create());
        root.Add(CompletionCommand.Create());
        GlobalOptions.AddTo(root);
        return root;
    }

    /// <summary>Reports an error.</summary>
    /// <returns>The exit code.</returns>
    internal static int Report(Exception exception, TextWriter error, bool verbose)
    {
        switch (exception)
        {
            case SilentException silent:
                return silent.ExitCode;
            case AggregateException { InnerException: { } inner and (SimClrException or OperationCanceledException) }:
                return Report(inner, error, verbose);   // from parallel work
            case StoppedException stopped:
                error.WriteLine($"interrupted: {stopped.Message}");
                if (stopped.ResumeHint is { } advice)
                {
                    error.WriteLine(advice);
                }

                return Interrupted;
            case OperationCanceledException:
                error.WriteLine("interrupted");
                return Interrupted;
            case SimClrException known:
                error.WriteLine($"error: {CommandWords.From(known.Lines[0])}");
                foreach (string line in known.Lines.Skip(1))
                {
                    error.WriteLine($"  {CommandWords.From(line)}");
                }

                WriteDetails(known, error, verbose);
                return known.ExitCode;
            case Exception when MemoryShortage.Explain(exception) is { } reason:
                error.WriteLine($"error: {reason}");
                if (verbose)
                {
                    error.WriteLine(exception);
                }

                return UsageError;
            case Exception when Libtorch.Explain(exception) is { } missing:
                error.WriteLine($"error: {missing}");
                if (verbose)
                {
                    error.WriteLine(exception);
                }

                return UsageError;
            case Exception when ExternalCause.Explain(exception) is { } cause:
                error.WriteLine($"error: {cause}");
                if (verbose)
                {
                    error.WriteLine(exception);
                }

                return DataError;
            default:
                error.WriteLine($"error: {MemoryShortage.WithoutFrames(exception.Message)}");
                error.WriteLine(verbose ? exception : "Unexpected error; run with --verbose for details.");
                return Failure;
        }
    }

    private static void WriteDetails(SimClrException exception, TextWriter error, bool verbose)
    {
        if (verbose)
        {
            error.WriteLine(exception);
        }
    }
}

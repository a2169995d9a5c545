using System.CommandLine;
using SimClr.Checkpoints;
using SimClr.Cli.Displays;
using SimClr.Data;
using SimClr.Training;

namespace SimClr.Cli.Commands;

/// <summary><c>simclr pretrain DATA --out RUN</c>.</summary>
internal static class PretrainCommand
{
    public static Command Create()
    {
        var arguments = new PretrainArguments();
        var verb = new Verb(
            "pretrain",
            "Learn an encoder from images without labels.",
            "simclr pretrain ./photos --out runs/photos",
            "simclr pretrain sample: --out runs/clothes --preset demo --epochs 5",
            "simclr pretrain cifar10:./cifar-10-batches-bin --out runs/cifar --set loss.temperature=0.2 --seed 1",
            "simclr pretrain --out runs/photos --resume")
        {
            Details =
            [
                "The configuration is put together in this order, later over earlier: defaults, --preset, --config, --set,",
                "single options. Without --preset and --config the preset is chosen by the size of the first image:",
                "cifar10-small up to 64 pixels, else photos. 'simclr preset show NAME' prints one with its comments.",
                "",
                "Labels, where there are any, are used to show progress (kNN), never to learn.",
                "Ctrl+C finishes the step and writes a checkpoint; --resume goes on from the last one, bit by bit the same.",
                "RUN gets run.json, metrics.jsonl, skipped.jsonl, tensorboard/, checkpoints/ and encoder.safetensors.",
            ],
        };
        arguments.AddTo(verb);
        return verb.Does(context => Pretrain(context, arguments));
    }

    private static void Pretrain(CommandContext context, PretrainArguments arguments)
    {
        var run = new RunDirectory(Path.TrimEndingDirectorySeparator(Given(context.Value(arguments.Out)!)));
        bool resume = context.Value(arguments.Resume);
        RunRecord? before = resume && run.HasRun ? RunRecord.Read(run.RunFile) : null;
        using ImageDataSet images = DataSets.Open(
            DataName(context.Value(arguments.Data), before, run, resume),
            PretrainConfiguration.ForReading(context, arguments, before));
        PretrainOptions options = PretrainConfiguration.Of(context, arguments, before, images);
        PretrainResult result = Train(context, options, images, run, resume);
        context.Result(PretrainReport.Json(result), PretrainReport.Words(result, options, images));
    }

    private static PretrainResult Train(
        CommandContext context, PretrainOptions options, ImageDataSet images, RunDirectory run, bool resume)
    {
        try
        {
            return Display.Show(context, display =>
                new Pretrainer(options) { Logger = display.Logger, Progress = display.Training }
                    .Run(images, run.Root, resume, context.Cancel));
        }
        catch (OperationCanceledException stopped)
        {
            throw run.LatestCheckpoint() is null
                ? new StoppedException("stopped before the first step; there is nothing to resume", stopped)
                : new StoppedException($"{stopped.Message}\nGo on with: simclr pretrain --out {ShellText.Quote(run.Root)} --resume", stopped);
        }
        catch (Exception error) when (CannotWrite(error))
        {
            throw new ConfigurationException($"{run.Root}: cannot be used for the run: {error.Message}", error);
        }
    }

    // Images that cannot be read never end up here: they are skipped.
    private static bool CannotWrite(Exception error) => error is IOException or UnauthorizedAccessException;

    private static string Given(string directory)
        => string.IsNullOrWhiteSpace(directory)
            ? throw new ConfigurationException("--out is empty, expected a directory")
            : directory;

    private static string DataName(string? typed, RunRecord? before, RunDirectory run, bool resume)
        => typed ?? before?.Data.Name ?? throw new ConfigurationException(resume
            ? $"DATA is missing, and there is no run in '{run.Root}' that would name it"
            : "DATA is missing: expected a folder, a manifest or a typed name such as sample:. See 'simclr pretrain --help'.");
}

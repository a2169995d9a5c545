using System.CommandLine;
using SimClr.Distributed;
using SimClr.Training;

namespace SimClr.Cli.Verbs;

/// <summary><c>simclr pretrain DATA --out RUN</c>.</summary>
internal static class PretrainCommand
{
    public static Command Create()
    {
        var arguments = new PretrainArguments();
        var verb = new Verb(
            "pretrain",
            "Train an encoder on images without labels.",
            "simclr pretrain ./photos --out runs/photos",
            "simclr pretrain sample: --out runs/clothes --preset demo --epochs 5",
            "simclr pretrain cifar10:./cifar-10-batches-bin --out runs/cifar --set loss.temperature=0.2 --seed 1",
            "simclr pretrain --out runs/photos --resume")
        {
            Details =
            [
                "The configuration is built from these layers, each overriding those before it: defaults, --preset,",
                "--config, --set, single options. Without --preset and --config, the size of the first image chooses",
                "the preset: cifar10-small up to 64 pixels, photos above. 'simclr preset show NAME' prints a preset",
                "with its comments.",
                "",
                "Labels, where present, only serve to show progress (kNN, --online-linear); training never uses them.",
                "Ctrl+C finishes the step and writes a checkpoint; --resume continues from the last checkpoint, bit",
                "for bit. RUN receives run.json, state.json, metrics.jsonl, skipped.jsonl, tensorboard/, checkpoints/",
                "and encoder.safetensors. 'simclr runs' lists the runs.",
            ],
        };
        arguments.AddTo(verb);
        verb.Add(arguments.OnlineLinear);
        RankSession.AddTo(verb);
        return verb.Handle(context => RankSession.Run(context, ranks => Pretrain(context, arguments, ranks)));
    }

    private static void Pretrain(CommandContext context, PretrainArguments arguments, ICommunicator ranks)
    {
        using TrainingInputs call = ranks.OnEveryRank(() => TrainingInputs.Open(context, arguments, "pretrain"));
        PretrainResult result = call.Train(display =>
            new Pretrainer(call.Options) { Logger = display.Logger, Progress = display.Training, Communicator = ranks }
                .Run(call.Images, call.Run.Root, call.Resume, context.Cancel));
        context.Result(
            PretrainReport.Json(result, call.Options), PretrainReport.Lines(result, call.Options, call.Images));
    }
}

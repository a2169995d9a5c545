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
                "Labels, where there are any, are used to show progress (kNN; --online-linear), never to learn.",
                "Ctrl+C finishes the step and writes a checkpoint; --resume goes on from the last one, bit by bit the same.",
                "RUN gets run.json, metrics.jsonl, skipped.jsonl, tensorboard/, checkpoints/ and encoder.safetensors.",
            ],
        };
        arguments.AddTo(verb);
        verb.Add(arguments.OnlineLinear);
        RankSession.AddTo(verb);
        return verb.Does(context => RankSession.Run(context, ranks => Pretrain(context, arguments, ranks)));
    }

    private static void Pretrain(CommandContext context, PretrainArguments arguments, ICommunicator ranks)
    {
        using TrainingCall call = ranks.Together(() => TrainingCall.Open(context, arguments, "pretrain"));
        PretrainResult result = call.Train(display =>
            new Pretrainer(call.Options) { Logger = display.Logger, Progress = display.Training, Communicator = ranks }
                .Run(call.Images, call.Run.Root, call.Resume, context.Cancel));
        context.Result(PretrainReport.Json(result), PretrainReport.Words(result, call.Options, call.Images));
    }
}

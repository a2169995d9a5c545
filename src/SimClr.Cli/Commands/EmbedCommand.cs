using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using SimClr.Checkpoints;
using SimClr.Cli.Displays;
using SimClr.Cli.Embeddings;
using SimClr.Data;
using SimClr.Embeddings;
using SimClr.Heads;
using SimClr.Training;
using TorchSharp;

namespace SimClr.Cli.Commands;

/// <summary><c>simclr embed RUN IMAGES --out FILE</c>.</summary>
internal static class EmbedCommand
{
    public static Command Create()
    {
        var arguments = new EmbedArguments();
        var verb = new Verb(
            "embed",
            "Write the representation of each image into a file, for search, clusters or your own programs.",
            "simclr embed runs/photos ./photos --out photos.npy",
            "simclr embed runs/photos ./photos --out photos.parquet --normalize",
            "simclr embed runs/photos ./photos --out photos.npy --shard 2/8",
            "simclr embed --join photos.1-of-2.npy photos.2-of-2.npy --out photos.npy")
        {
            Details =
            [
                "A row per image, in the order of IMAGES: path, width and height as read, label where there is one, and the numbers.",
                ".npy is the matrix alone, and the rest is in FILE.npy.csv beside it. Images are prepared as in the run's",
                "evaluation. Those that cannot be read get no row, and are listed in FILE.skipped.jsonl.",
                "",
                "Rows done are kept in FILE.part. Stopped, even killed, the same command goes on from there, and the file has the",
                "same bytes; so it has with any --threads. Joined parts have the bytes of a single call's file ('cat' joins .csv).",
            ],
        };
        arguments.AddTo(verb);
        return verb.Does(context =>
        {
            if (context.Gives(arguments.Join))
            {
                Join(context, arguments);
            }
            else
            {
                Embed(context, arguments);
            }
        });
    }

    private static void Embed(CommandContext context, EmbedArguments arguments)
    {
        string run = EmbedArguments.Required(context.Value(arguments.Run), arguments.Run);
        string data = EmbedArguments.Required(context.Value(arguments.Images), arguments.Images);
        EmbeddingShard shard = EmbedArguments.Part(context.Value(arguments.Shard));
        OutputFile file = Named(shard.NameOf(context.Value(arguments.Out)!), out IEmbeddingFormat format);
        string device = ComputePlan.ResolveDevice(context.Device ?? "auto");
        if (context.Threads is > 0 and { } threads)
        {
            torch.set_num_threads(threads);
        }

        DataOptions reading = ReadingOf(run, context.Value(arguments.Set));
        bool projection = context.Value(arguments.Projection);
        string source = projection ? TrainedHead.CheckpointOf(run) : run;
        using TrainedEncoder encoder = TrainedEncoder.Load(source, device);
        using ProjectionHead? head = projection ? TrainedHead.Load(run, source, encoder, device) : null;
        using ImageDataSet images = DataSets.Open(data, reading);
        var skipped = new SkippedImages(images, reading);
        var task = new EmbeddingTask(encoder, images, reading) { Head = head, Normalize = context.Value(arguments.Normalize), Shard = shard };
        long begin = Stopwatch.GetTimestamp();
        EmbeddingOutcome outcome = Display.Show(context, display => Kept(file, () => file.Write(
            target => task.Run(target, format, skipped, display.Images($"embedding {images.Name}", task.Count), context.Cancel))));
        double seconds = Stopwatch.GetElapsedTime(begin).TotalSeconds;
        string list = $"{file.Path}.skipped.jsonl";
        if (skipped.Count > 0)
        {
            new OutputFile("--out", list, "skipped.jsonl").Write(Encoding.UTF8.GetBytes(skipped.Lines()));
        }

        context.Result(
            new JsonObject
            {
                ["file"] = file.Path,
                ["images"] = outcome.Rows,
                ["dimension"] = outcome.Dimension,
                ["images_per_second"] = Math.Round((outcome.Images - outcome.Resumed) / seconds, 1),
                ["skipped_images"] = skipped.Count,
                ["resumed_images"] = outcome.Resumed,
            },
            Words(file.Path, outcome, seconds) + (skipped.Count > 0 ? $"; {skipped.Count} could not be read and are listed in {list}" : ""));
    }

    private static string Words(string file, EmbeddingOutcome outcome, double seconds)
    {
        string resumed = outcome.Resumed > 0 ? $"; went on after {outcome.Resumed} images" : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"wrote {file}: {outcome.Rows:N0} rows of {outcome.Dimension} numbers, {seconds:F1} s ({(outcome.Images - outcome.Resumed) / seconds:F0} images/s){resumed}");
    }

    private static void Join(CommandContext context, EmbedArguments arguments)
    {
        if (context.Value(arguments.Run) is { } extra)
        {
            throw new ConfigurationException($"--join: got '{extra}' too, expected the parts behind --join and --out FILE alone");
        }

        OutputFile file = Named(context.Value(arguments.Out)!, out _);
        IReadOnlyList<string> parts = EmbeddingJoin.InOrder(context.Value(arguments.Join)!);
        (long rows, int dimension) = file.Write(target => EmbeddingJoin.Write(parts, target, EmbeddingFormats.Others));
        context.Result(
            new JsonObject { ["file"] = file.Path, ["images"] = rows, ["dimension"] = dimension, ["parts"] = parts.Count },
            string.Create(CultureInfo.InvariantCulture, $"wrote {file.Path}: {rows:N0} rows of {dimension} numbers from {parts.Count} parts"));
    }

    private static OutputFile Named(string path, out IEmbeddingFormat format)
    {
        var file = new OutputFile("--out", path, "photos.npy");
        format = EmbeddingFile.FormatOf(path, EmbeddingFormats.Others);
        return file;
    }

    private static T Kept<T>(OutputFile file, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (OperationCanceledException stopped)
        {
            throw new StoppedException($"what is done is kept in {EmbeddingTask.PartOf(file.Path)}; the same command goes on from there", stopped);
        }
    }

    private static DataOptions ReadingOf(string run, string[]? changes)
    {
        var directory = new RunDirectory(run);
        PretrainOptions basis = directory.HasRun ? RunRecord.Read(directory.RunFile).Configuration : new PretrainOptions();
        return ReadingOption.LayOver(basis, changes, "the rest is as the encoder was trained").Data;
    }
}

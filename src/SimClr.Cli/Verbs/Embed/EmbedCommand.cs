using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using SimClr.Data;
using SimClr.Distributed;
using SimClr.Embeddings;
using SimClr.Internals;

namespace SimClr.Cli.Verbs;

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
                "Under mpirun or srun each rank embeds a part, and the first joins them: FILE must be where all ranks can write.",
            ],
        };
        arguments.AddTo(verb);
        RankSession.AddTo(verb);
        return verb.Does(context => RankSession.Run(context, ranks =>
        {
            if (context.Gives(arguments.Join))
            {
                _ = ranks.FromFirst(() => Join(context, arguments));
            }
            else
            {
                Embed(context, arguments, ranks);
            }
        }));
    }

    private static void Embed(CommandContext context, EmbedArguments arguments, ICommunicator ranks)
    {
        int cores = ranks.Size > 1 ? RankProcessors.CoresEach(ranks) : 0;
        using EmbedCall call = ranks.Together(() => EmbedCall.Open(context, arguments, ranks, cores));
        long begin = Stopwatch.GetTimestamp();
        EmbeddingOutcome outcome = call.Run(context, ranks);
        double seconds = Stopwatch.GetElapsedTime(begin).TotalSeconds;
        int skipped = call.Skipped.Count;
        context.Result(
            new JsonObject
            {
                ["file"] = call.File.Path,
                ["images"] = outcome.Rows,
                ["dimension"] = outcome.Dimension,
                ["images_per_second"] = Math.Round((outcome.Images - outcome.Resumed) / seconds, 1),
                ["skipped_images"] = skipped,
                ["resumed_images"] = outcome.Resumed,
            },
            Words(call.File.Path, outcome, seconds) + (skipped > 0 ? $"; {skipped} could not be read and are listed in {call.SkippedFile}" : ""));
    }

    private static string Words(string file, EmbeddingOutcome outcome, double seconds)
    {
        string resumed = outcome.Resumed > 0 ? $"; went on after {outcome.Resumed} images" : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"wrote {file}: {outcome.Rows:N0} rows of {outcome.Dimension} numbers, {seconds:F1} s ({(outcome.Images - outcome.Resumed) / seconds:F0} images/s){resumed}");
    }

    private static bool Join(CommandContext context, EmbedArguments arguments)
    {
        if (context.Value(arguments.Run) is { } extra)
        {
            throw new ConfigurationException($"--join: got '{extra}' too, expected the parts behind --join and --out FILE alone");
        }

        OutputFile file = context.File(arguments.Out)!;
        IReadOnlyList<string> parts = EmbeddingJoin.InOrder(context.Value(arguments.Join)!);
        (long rows, int dimension) = file.Write(target => EmbeddingJoin.Write(parts, target, EmbeddingFormats.Others));
        string[] skipped = [.. parts.Select(part => part + EmbedCall.SkippedSuffix).Where(File.Exists).SelectMany(PlainFile.ReadLines).Distinct().Order(StringComparer.Ordinal)];
        OutputFile list = file.Beside(EmbedCall.SkippedSuffix);
        if (skipped.Length > 0)
        {
            list.Write(Encoding.UTF8.GetBytes(string.Concat(skipped.Select(line => line + "\n"))));
        }

        int images = skipped.Count(SkippedImages.IsOfImage);
        context.Result(
            new JsonObject { ["file"] = file.Path, ["images"] = rows, ["dimension"] = dimension, ["skipped_images"] = images, ["parts"] = parts.Count },
            string.Create(CultureInfo.InvariantCulture, $"wrote {file.Path}: {rows:N0} rows of {dimension} numbers from {parts.Count} parts")
                + (images > 0 ? $"; {images} could not be read and are listed in {list.Path}" : ""));
        return true;
    }
}

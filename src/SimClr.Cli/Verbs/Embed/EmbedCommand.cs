using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using SimClr.Cli.Outputs;
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
            "Write the representations of images to a file, for search, clustering or your own programs.",
            "simclr embed runs/photos ./photos --out photos.npy",
            "simclr embed runs/photos ./photos --out photos.parquet --normalize",
            "simclr embed runs/photos ./photos --out photos.npy --shard 2/8",
            "simclr embed --join photos.1-of-2.npy photos.2-of-2.npy --out photos.npy")
        {
            Details =
            [
                "One row per image, in the order of IMAGES: path, width and height as read, label if any, and the",
                "vector. A .npy file contains the matrix only; the other columns are in FILE.npy.csv. Images are",
                "preprocessed as in 'simclr evaluate'. Unreadable images get no row and are listed in",
                "FILE.skipped.jsonl. FILE.source.json names RUN and IMAGES for later commands.",
                "",
                "Finished rows are stored in FILE.part. After an interruption, even a kill, the same command",
                "continues from there; the bytes of the file do not depend on interruptions or --threads. The joined",
                "parts equal the file of a single call (for .csv, 'cat' joins them). Under mpirun or srun, each rank",
                "embeds a part and rank 0 joins them; FILE must be in a folder that all ranks can write to.",
            ],
        };
        arguments.AddTo(verb);
        RankSession.AddTo(verb);
        return verb.Handle(context => RankSession.Run(context, ranks =>
        {
            if (context.IsSpecified(arguments.Join))
            {
                _ = ranks.OnRankZero(() => Join(context, arguments));
            }
            else
            {
                Embed(context, arguments, ranks);
            }
        }));
    }

    private static void Embed(CommandContext context, EmbedArguments arguments, ICommunicator ranks)
    {
        int cores = ranks.Size > 1 ? RankCores.CoresPerRank(ranks) : 0;
        using EmbedInputs call = ranks.OnEveryRank(() => EmbedInputs.Open(context, arguments, ranks, cores));
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
            Text(call.File.Path, outcome, seconds)
                + (skipped > 0 ? $"; {skipped} could not be read and are listed in {call.SkippedFile}" : ""));
    }

    private static string Text(string file, EmbeddingOutcome outcome, double seconds)
    {
        string resumed = outcome.Resumed > 0 ? $"; resumed after {outcome.Resumed} images" : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"wrote {file}: {outcome.Rows:N0} rows of {outcome.Dimension} numbers, {seconds:F1} s "
                + $"({(outcome.Images - outcome.Resumed) / seconds:F0} images/s){resumed}");
    }

    private static bool Join(CommandContext context, EmbedArguments arguments)
    {
        if (context.Value(arguments.Run) is { } extra)
        {
            throw new ConfigurationException(
                $"--join: got '{extra}' as well, expected only --out FILE and the parts after --join");
        }

        OutputFile file = context.File(arguments.Out)!;
        IReadOnlyList<string> parts = EmbeddingJoin.InOrder(context.Value(arguments.Join)!);
        (long rows, int dimension) = file.Write(target => EmbeddingJoin.Write(parts, target, EmbeddingFormats.Others));
        string[] skipped = [.. parts.Select(part => part + EmbedInputs.SkippedSuffix).Where(File.Exists).SelectMany(
            RegularFile.ReadLines).Distinct().Order(StringComparer.Ordinal)];
        OutputFile list = file.WithSuffix(EmbedInputs.SkippedSuffix);
        if (skipped.Length > 0)
        {
            list.Write(Encoding.UTF8.GetBytes(string.Concat(skipped.Select(line => line + "\n"))));
        }

        if (EmbeddingSource.Of(parts[0]) is { } source)
        {
            file.WithSuffix(EmbeddingSource.Suffix).Write(source.ToBytes());
        }

        int images = skipped.Count(SkippedImages.IsImageLine);
        context.Result(
            new JsonObject
            {
                ["file"] = file.Path,
                ["images"] = rows,
                ["dimension"] = dimension,
                ["skipped_images"] = images,
                ["parts"] = parts.Count,
            },
            string.Create(
                CultureInfo.InvariantCulture,
                $"wrote {file.Path}: {rows:N0} rows of {dimension} numbers from {parts.Count} parts")
                + (images > 0 ? $"; {images} could not be read and are listed in {list.Path}" : ""));
        return true;
    }
}

using System.CommandLine;
using SimClr.Cli.Outputs;
using SimClr.Duplicates;

namespace SimClr.Cli.Verbs;

/// <summary><c>simclr duplicates EMBEDDINGS|FOLDER</c>.</summary>
internal static class DuplicatesCommand
{
    private const string ByHash = "hash";
    private static readonly string[] Witnesses = [ByHash, "none"];

    public static Verb Create()
    {
        var arguments = new TableArguments();
        Option<double?> threshold = NumberOption.PositiveOrAuto(
            "--threshold", "Minimum cosine of near-duplicates, at most 1; auto measures it. Default: auto.");
        Option<string?> confirm = ChoiceOption.Create(
            "--confirm", "Second witness for the pairs that the encoder finds", Witnesses, ByHash);
        OutputOption csv = OutputOptions.Csv(OutputKinds.Duplicates, "Write a row for each image of each group");
        OutputOption html = OutputOptions.Html("duplicates", "Write an HTML page that shows the groups");
        var moveTo = new Option<string?>("--move-to")
        {
            Description = "Move the duplicates into this folder, and list the moves there for undoing",
            HelpName = "DIR",
        };
        var dryRun = new Option<bool>("--dry-run") { Description = "Show what --move-to would move, and move nothing" };
        var verb = new Verb(
            "duplicates",
            "Find near-duplicate images (crops, resized, recompressed or recolored copies), and choose which to keep.",
            "simclr duplicates photos.npy --html duplicates.html",
            "simclr duplicates ./photos --run runs/photos --threshold 0.98 --csv duplicates.csv",
            "simclr duplicates ./photos --move-to ./copies --dry-run")
        {
            Details =
            [
                "Each group keeps the image with the most pixels; among equals, the one with the most bytes, then the",
                "first. Every other image is within the threshold of the kept one, and no two kept images are, so",
                "that groups do not become chains. The comparison is exact. Byte-identical files are marked, and",
                "several links to one file count once.",
                "",
                "--threshold auto makes copies of a sample of the images (crop, scale, recompress, recolor), and takes",
                $"the threshold at which at least {100 * CopyThreshold.MinPrecision:0}% of accepted pairs are copies. "
                    + "It needs the images and the encoder,",
                "which embeddings of 'simclr embed' name (FILE.source.json) and --run overrides; if the encoder is not",
                $"known, it is {NearDuplicates.DefaultThreshold}. If no threshold is good enough, the encoder cannot "
                    + "tell duplicates, and the exit",
                "code is 3. A perceptual hash of 64 bits, which needs no encoder, confirms each pair; pairs that it",
                "rejects are listed apart. A folder without --run is searched by bytes and hash alone: that finds",
                "identical, resized and recompressed files, and few crops.",
                "",
                "--move-to moves files that are identical to the kept one or confirmed by the hash. No file is deleted",
                "or overwritten; 'simclr classify --undo TARGET/undo.csv' moves them back.",
            ],
        };
        arguments.AddTo(verb);
        verb.Add(threshold);
        verb.Add(confirm);
        verb.Add(csv);
        verb.Add(html);
        verb.Add(moveTo);
        verb.Add(dryRun);
        return verb.Handle(context =>
        {
            if (context.Value(dryRun) && context.Value(moveTo) is null)
            {
                throw new ConfigurationException("--dry-run shows what --move-to would do; give both");
            }

            using var search = new DuplicateSearch(
                context,
                arguments,
                Threshold(context.Value(threshold)),
                (context.Value(confirm) ?? ByHash) == ByHash);
            Find(
                context,
                search,
                context.Value(moveTo),
                context.Value(dryRun),
                GroupOutput.Open(context, csv, html));
        });
    }

    /// <summary>Returns the threshold given; null for auto, which the parser represents by 0.</summary>
    private static double? Threshold(double? value) => value switch
    {
        null or 0 => null,
        <= 1 => value,
        _ => throw new ConfigurationException(
            FormattableString.Invariant($"--threshold: got {value}, expected a cosine above 0, at most 1, or auto")),
    };

    private static void Find(
        CommandContext context, DuplicateSearch search, string? moveTo, bool dryRun, GroupOutput output)
    {
        DuplicateFindings found = search.Find();
        DuplicateGroup[] large = [.. found.Groups.Where(found.IsLarge)];
        if (found.Groups.Count == 1 && found.Redundant == found.Paths.Count - 1 && found.Paths.Count > 2)
        {
            context.WriteNote(
                $"all {found.Paths.Count} images fall into one group; "
                    + "the threshold may be too low, or the encoder may have collapsed");
        }
        else if (large.Length > 0)
        {
            context.WriteNote(
                $"warning: the largest group holds {large[0].Duplicates.Count + 1} of {found.Paths.Count} images; look "
                    + "at the page (--html) before you believe it");
        }

        DuplicateMove? move = moveTo is null ? null : new DuplicateMove(moveTo, found, dryRun);
        output.Write(
            context,
            found.Images,
            found.Skipped,
            new DuplicateList(found, move),
            () => move?.Run(context.Cancel));   // The page shows the files where they were.
    }
}

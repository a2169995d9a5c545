using System.CommandLine;
using System.Globalization;
using SimClr.Cli.Outputs;
using SimClr.Cli.Progress;
using SimClr.Duplicates;
using SimClr.Embeddings;

namespace SimClr.Cli.Verbs;

/// <summary><c>simclr duplicates EMBEDDINGS</c>.</summary>
internal static class DuplicatesCommand
{
    public static Verb Create()
    {
        var arguments = new TableArguments();
        Option<double?> threshold = NumberOption.Positive(
            "--threshold", FormattableString.Invariant(
                $"Minimum cosine of near-duplicates, at most 1. Default: {NearDuplicates.DefaultThreshold}."));
        OutputOption csv = OutputOptions.Csv(OutputKinds.Duplicates, "Write a row for each image of each group");
        OutputOption html = OutputOptions.Html("duplicates", "Write an HTML page that shows the groups");
        var verb = new Verb(
            "duplicates",
            "Find near-duplicate images (crops, resized, recompressed or recolored copies), and choose which to keep.",
            "simclr duplicates photos.npy --html duplicates.html",
            "simclr duplicates ./photos --run runs/photos --threshold 0.98 --csv duplicates.csv")
        {
            Details =
            [
                "Each group keeps the image with the most pixels; among equals, the one with the most bytes, then the",
                "first. Every other image is within the threshold of the kept one, and no two kept images are, so",
                "that groups do not become chains. The comparison is exact. Byte-identical files are marked, and",
                "several links to one file count once. If random pairs of images reach the threshold, the encoder",
                "cannot tell images apart, and the exit code is 3. No file is deleted.",
            ],
        };
        arguments.AddTo(verb);
        verb.Add(threshold);
        verb.Add(csv);
        verb.Add(html);
        return verb.Handle(context => Find(
            context,
            arguments,
            Threshold(context.Value(threshold) ?? NearDuplicates.DefaultThreshold),
            GroupOutput.Open(context, csv, html)));
    }

    private static double Threshold(double value)
        => value <= 1 ? value : throw new ConfigurationException(
            FormattableString.Invariant($"--threshold: got {value}, expected a cosine above 0, at most 1"));

    private static void Find(CommandContext context, TableArguments arguments, double threshold, GroupOutput output)
    {
        using TableInputs opened = Display.Show(context, display => TableInputs.Open(context, arguments, display));
        TableInputs input = opened.WithoutLinks();
        var files = new ImageFiles(input.Table, input.Images);
        RequireSeparation(input.Table, files, threshold, context.Seed ?? 0);
        IReadOnlyList<DuplicateGroup> groups = Display.Show(context, display => NearDuplicates.Find(
            input.Table,
            threshold,
            ImageFacts.Order(files.Facts),
            display.Images("comparing", input.Table.Count),
            context.Cancel));
        var found = new DuplicateList(input.Table, files, groups, threshold, opened.Table.Count - input.Table.Count);
        if (groups.Count == 1 && found.Redundant == input.Table.Count - 1 && input.Table.Count > 2)
        {
            context.WriteNote(
                $"all {input.Table.Count} images fall into one group; "
                    + "the threshold may be too low, or the encoder may have collapsed");
        }

        output.Write(context, input, found);
    }

    /// <summary>
    /// Rejects an encoder that rates random images as similar as duplicates, because its groups would be arbitrary.
    /// </summary>
    private static void RequireSeparation(EmbeddingTable table, ImageFiles files, double threshold, long seed)
    {
        if (table.Count < 2)
        {
            return;   // reported by the comparison
        }

        var pairs = RandomPairs.Draw(table, seed);
        double share = pairs.ShareReaching(threshold, files.Identical);
        if (pairs.HidesDuplicates(threshold, share))
        {
            throw new DataException(string.Create(
                CultureInfo.InvariantCulture,
                $"{100 * share:0.#}% of random pairs of these {table.Count} images reach the threshold of {threshold}, "
                    + $"{share * (table.Count - 1):0.#} per image (median cosine {pairs.Median:0.000}), although their "
                    + $"files differ: the encoder cannot tell these images apart, so it cannot find near-duplicates. "
                    + $"Train it longer or use another one; if nearly all images really are alike, a higher "
                    + $"--threshold finds the most similar ones"));
        }
    }
}

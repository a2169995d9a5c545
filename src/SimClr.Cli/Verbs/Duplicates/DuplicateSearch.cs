using System.Globalization;
using SimClr.Checkpoints;
using SimClr.Cli.Outputs;
using SimClr.Cli.Progress;
using SimClr.Data;
using SimClr.Diagnostics;
using SimClr.Duplicates;
using SimClr.Embeddings;
using SimClr.Store;
using SimClr.Training;

namespace SimClr.Cli.Verbs;

/// <summary>
/// A search for duplicates by embeddings, whose pairs the hashes of the images confirm, or by hashes alone.
/// </summary>
/// <param name="context">The command line.</param>
/// <param name="arguments">The arguments that name embeddings or images.</param>
/// <param name="threshold">The minimum cosine of near-duplicates; null to measure it.</param>
/// <param name="confirm">Whether hashes confirm the pairs that an encoder finds.</param>
internal sealed class DuplicateSearch(
    CommandContext context, TableArguments arguments, double? threshold, bool confirm) : IDisposable
{
    private readonly List<IDisposable> opened = [];

    private string Source => context.Value(arguments.Source);

    private string? Run => context.Value(arguments.Run);

    /// <summary>Whether the source is images and no encoder is named.</summary>
    public bool IsByHash => Run is null && !EmbeddingsInputs.IsFile(Source)
        && (Directory.Exists(Source) || (Source.Contains(':', StringComparison.Ordinal) && !File.Exists(Source)));

    public DuplicateFindings Find() => IsByHash ? FindByHash() : FindByEmbeddings();

    public void Dispose() => opened.ForEach(resource => resource.Dispose());

    private DuplicateFindings FindByHash()
    {
        if (threshold is not null)
        {
            throw new ConfigurationException(
                $"--threshold: '{Source}' is images, which are compared by bytes and hash without an encoder; give an "
                    + "encoder with --run, or leave --threshold out");
        }

        ComputeEnvironment.LimitThreads(context.Threads ?? 0);
        DataOptions reading = EncoderInput.ReadingOf(null, context.Value(arguments.Set));
        ImageDataSet all = Opened(context.OpenImages(Source, reading));
        string[] paths = [.. Enumerable.Range(0, all.Count).Select(all.PathOf)];
        int[] rows = new RowImages(paths, all, null).RowsWithoutLinks();
        ImageDataSet images = rows.Length == all.Count ? all : all.Subset(rows);
        var skipped = new SkippedImages(images, reading);
        ImageSignature?[] signatures = Display.Show(context, display => ImageSignature.ReadAll(
            images, reading, skipped, display.Images("reading", images.Count), context.Cancel));
        ImageFacts?[] facts = [.. signatures.Select(signature => signature?.Facts)];
        IReadOnlyList<DuplicateGroup> groups = HashDuplicates.Find(
            signatures, ImageFacts.Order(facts), cancellation: context.Cancel);
        string[] shown = [.. rows.Select(row => paths[row])];
        return new DuplicateFindings(
            shown, new RowImages(shown, images, null), facts, ThresholdChoice.Hash, groups)
        {
            Links = all.Count - rows.Length,
            Skipped = skipped.Count,
            Identical = IdenticalIn(groups, (one, other) => signatures[one]!.Content == signatures[other]!.Content),
        };
    }

    private DuplicateFindings FindByEmbeddings()
    {
        TableInputs all = Opened(Display.Show(
            context, display => TableInputs.Open(context, arguments, display, runOfFile: true)));
        TableInputs input = all.WithoutLinks();
        var files = new ImageFiles(input.Table, input.Images);
        ThresholdChoice choice = Choose(input, files);
        IReadOnlyList<DuplicateGroup> groups = Display.Show(context, display => NearDuplicates.Find(
            input.Table,
            choice.Value!.Value,
            ImageFacts.Order(files.Facts),
            display.Images("comparing", input.Table.Count),
            context.Cancel));
        HashWitness? witness = confirm ? HashWitness.Question(context, input.Images, Reading, groups) : null;
        return new DuplicateFindings(
            input.Table.Paths, input.Images, files.Facts, choice, witness?.Accepted ?? groups)
        {
            Dimension = input.Table.Dimension,
            Links = all.Table.Count - input.Table.Count,
            Skipped = input.Skipped,
            Identical = IdenticalIn(groups, files.Identical),
            Confirmed = witness?.Confirmed,
            Rejected = witness?.Rejected ?? [],
        };
    }

    private EmbeddingSource? StoredSource => EmbeddingSource.Of(Source);

    private DataOptions Reading => EncoderInput.ReadingOf(
        Encoder is { } run && Directory.Exists(run) ? run : null, context.Value(arguments.Set));

    /// <summary>
    /// The encoder of the embeddings: the one specified, or the one recorded beside the file or in the index; null if
    /// none is, or if it no longer exists.
    /// </summary>
    private string? Encoder => Run ?? (RecordedEncoder() is { } run && Path.Exists(run) ? run : null);

    private string? RecordedEncoder()
    {
        if (!SqliteImageCollection.IsIndex(Source))
        {
            return StoredSource?.Run;
        }

        using var index = new SqliteImageCollection(Source);
        return index.Description.Run;
    }

    private ThresholdChoice Choose(TableInputs input, ImageFiles files)
    {
        if (threshold is { } given)
        {
            RequireSeparation(input.Table, files, given);
            return new ThresholdChoice("given", given);
        }

        if (Encoder is { } run)
        {
            return Measure(input, run);
        }

        const double usual = NearDuplicates.DefaultThreshold;
        RequireSeparation(input.Table, files, usual);
        context.WriteNote(string.Create(
            CultureInfo.InvariantCulture,
            $"note: the encoder of {Source} is not known, so the threshold of {usual} is not measured; name the "
                + $"encoder with --run to measure one"));
        return new ThresholdChoice("default", usual);
    }

    private ThresholdChoice Measure(TableInputs input, string run)
    {
        string device = ComputeEnvironment.ResolveDevice(context.Device ?? "auto");
        using TrainedEncoder encoder = TrainedHead.LoadEncoder(run, StoredSource?.Layer ?? TrainedHead.H, device);
        ImageDataSet images = input.Images.ToDataSet([.. Enumerable.Range(0, input.Table.Count)], Reading);
        int most = Enum.GetValues<CopyChange>().Length * Math.Min(CopyThreshold.MaxImages, images.Count);
        CopyThreshold measured = Display.Show(context, display => CopyThreshold.Measure(
            encoder,
            input.Table,
            images,
            Reading,
            context.Seed ?? 0,
            display.Images("measuring the threshold on copies", most),
            context.Cancel));
        return measured.Value is { } value
            ? new ThresholdChoice("auto", value, measured)
            : throw new DataException(string.Create(
                CultureInfo.InvariantCulture,
                $"this encoder cannot tell duplicates: copies of {measured.Images} of the images were made, and at "
                    + $"every threshold that finds {100 * CopyThreshold.MinRecall:0}% of them, at most "
                    + $"{100 * measured.Precision:0.#}% of the accepted pairs are copies, expected "
                    + $"{100 * CopyThreshold.MinPrecision:0}%. Train it longer, use another one, or find copies "
                    + $"without an encoder: 'simclr duplicates FOLDER'"));
    }

    /// <summary>
    /// Rejects an encoder that rates random images as similar as duplicates, because its groups would be arbitrary.
    /// </summary>
    private void RequireSeparation(EmbeddingTable table, ImageFiles files, double cosine)
    {
        if (table.Count < 2)
        {
            return;   // reported by the comparison
        }

        var pairs = RandomPairs.Draw(table, context.Seed ?? 0);
        double share = pairs.ShareReaching(cosine, files.Identical);
        if (pairs.HidesDuplicates(cosine, share))
        {
            throw new DataException(string.Create(
                CultureInfo.InvariantCulture,
                $"{100 * share:0.#}% of random pairs of these {table.Count} images reach the threshold of {cosine}, "
                    + $"{share * (table.Count - 1):0.#} per image (median cosine {pairs.Median:0.000}), although their "
                    + $"files differ: the encoder cannot tell these images apart, so it cannot find near-duplicates. "
                    + $"Train it longer or use another one; if nearly all images really are alike, a higher "
                    + $"--threshold finds the most similar ones"));
        }
    }

    private T Opened<T>(T resource)
        where T : IDisposable
    {
        opened.Add(resource);
        return resource;
    }

    private static HashSet<int> IdenticalIn(IReadOnlyList<DuplicateGroup> groups, Func<int, int, bool> identical) =>
    [
        .. groups.SelectMany(group => group.Duplicates
            .Where(found => identical(group.Representative, found.Row))
            .Select(found => found.Row)),
    ];
}

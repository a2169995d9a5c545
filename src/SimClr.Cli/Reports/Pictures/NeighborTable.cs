using System.Globalization;
using SimClr.Embeddings;
using SimClr.Evaluation;
using SimClr.Internals;

namespace SimClr.Cli.Reports;

/// <summary>Embeddings for a neighbor search.</summary>
/// <param name="Name">The representation: "raw pixels", "SimCLR".</param>
/// <param name="Bank">The rows to search.</param>
/// <param name="Queries">The rows to query with. If they are the bank itself, an image is not its own neighbor.</param>
internal sealed record NeighborSource(string Name, EmbeddingTable Bank, EmbeddingTable Queries);

/// <summary>The nearest neighbors of one query under one representation.</summary>
/// <param name="Rows">Rows of the bank, nearest first.</param>
/// <param name="Same">Whether each neighbor has the class of the query; null without labels.</param>
internal sealed record NeighborList(IReadOnlyList<int> Rows, IReadOnlyList<bool>? Same);

/// <summary>
/// Nearest neighbors of several queries under several representations, drawn by <see cref="NeighborPicture"/>.
/// </summary>
internal sealed class NeighborTable
{
    private NeighborTable(
        IReadOnlyList<NeighborSource> sources,
        IReadOnlyList<int> queries,
        int neighbors,
        IReadOnlyList<IReadOnlyList<NeighborList>> lists)
    {
        Sources = sources;
        Queries = queries;
        Neighbors = neighbors;
        Lists = lists;
    }

    /// <summary>The representations.</summary>
    public IReadOnlyList<NeighborSource> Sources { get; }

    /// <summary>The rows of the query tables.</summary>
    public IReadOnlyList<int> Queries { get; }

    /// <summary>The number of neighbors per query.</summary>
    public int Neighbors { get; }

    /// <summary>The neighbors by representation, then by query.</summary>
    public IReadOnlyList<IReadOnlyList<NeighborList>> Lists { get; }

    /// <summary>A description of the table for readers who cannot see it.</summary>
    public string Description
    {
        get
        {
            string shown = $"{Queries.Count} images, each with its {Neighbors} nearest neighbors by "
                + $"{string.Join(" and by ", Sources.Select(s => s.Name))}";
            IEnumerable<string> counts =
                Sources.Select((source, i) => Agreement(i) is { } words ? $"{source.Name}: {words}" : "")
                    .Where(words => words.Length > 0);
            return string.Join(". ", counts.Prepend(shown)) + ".";
        }
    }

    /// <summary>Finds the neighbors.</summary>
    /// <param name="sources">Representations of the same images: row i is the same image in each.</param>
    /// <param name="queries">Rows of the query tables.</param>
    /// <param name="neighbors">
    /// The number of neighbors per query, 1 or more; fewer are found if the bank is smaller. Default: 6.
    /// </param>
    /// <exception cref="ArgumentException">The tables do not hold the same images.</exception>
    public static NeighborTable Find(
        IReadOnlyList<NeighborSource> sources, IReadOnlyList<int> queries, int neighbors = 6)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(neighbors);
        if (sources.Count == 0 || queries.Count == 0)
        {
            throw new ArgumentException("expected at least one representation and one query", nameof(queries));
        }

        if (sources.Any(
            source => !SameImages(source.Bank, sources[0].Bank) || !SameImages(source.Queries, sources[0].Queries)))
        {
            throw new ArgumentException("expected tables with the same images in the same order", nameof(sources));
        }

        int shown = Math.Min(neighbors, sources[0].Bank.Count - (IsOwnBank(sources[0]) ? 1 : 0));
        return new NeighborTable(sources, queries, shown, [.. sources.Select(source => Find(source, queries, shown))]);
    }

    /// <summary>
    /// Chooses query rows by the seed, not by how well they look; with labels, the classes take turns.
    /// </summary>
    public static IReadOnlyList<int> ChooseQueries(EmbeddingTable table, int count, long seed)
    {
        int[] order = new RandomStream(seed, Purpose.Sample).Permutation(table.Count);
        if (table.Labels is not { } labels)
        {
            return order[..Math.Min(count, order.Length)];
        }

        var rounds = new Dictionary<int, int>();
        return
        [
            .. order
                .Select(row => (
                    Row: row,
                    Class: labels[row],
                    Round: rounds[labels[row]] = rounds.GetValueOrDefault(labels[row]) + 1))
                .OrderBy(query => query.Round).ThenBy(query => query.Class)
                .Take(count)
                .Select(query => query.Row),
        ];
    }

    /// <summary>
    /// Counts the neighbors under a representation that share their query's class; null without labels.
    /// </summary>
    public string? Agreement(int source)
    {
        bool[] same = [.. Lists[source].SelectMany(list => list.Same ?? [])];
        return same.Length == 0
            ? null
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{same.Count(s => s)} of {same.Length} of the same class "
                    + $"({(double)same.Count(s => s) / same.Length:0%})");
    }

    private static List<NeighborList> Find(NeighborSource source, IReadOnlyList<int> queries, int neighbors)
    {
        if (neighbors == 0)
        {
            return [.. queries.Select(_ => new NeighborList([], null))];
        }

        bool own = IsOwnBank(source);
        return
        [
            .. NearestNeighbors.Find(source.Bank, source.Queries.Subset(queries), neighbors + (own ? 1 : 0))
                .Select(found => (Query: queries[found.Query], found.Rows))
                .Select(found => (
                    found.Query, Rows: found.Rows.Where(row => !own || row != found.Query).Take(neighbors).ToArray()))
                .Select(found => new NeighborList(found.Rows, Same(source, found.Query, found.Rows))),
        ];
    }

    private static bool[]? Same(NeighborSource source, int query, int[] rows)
        => source.Bank.Labels is { } bank && source.Queries.Labels is { } labels
            ? [.. rows.Select(row => bank[row] == labels[query])]
            : null;

    private static bool IsOwnBank(NeighborSource source) => ReferenceEquals(source.Bank, source.Queries);

    private static bool SameImages(EmbeddingTable one, EmbeddingTable other)
        => ReferenceEquals(one, other) || one.Paths.SequenceEqual(other.Paths);
}

using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.VectorData;
using SimClr.Cli.Outputs;
using SimClr.Cli.Reports;
using SimClr.Store;

namespace SimClr.Cli.Verbs;

/// <summary><c>simclr search INDEX QUERY</c>.</summary>
internal static class SearchCommand
{
    private const int DefaultTop = 10;

    public static Verb Create()
    {
        var arguments = new IndexArguments();
        var query = new Argument<string>("QUERY")
        {
            Description = "Image file, path of an image in the index, or embeddings file with --row",
        };
        Option<long?> row = NumberOption.Integer("--row", "Row of the embeddings file, counted from 0", 0);
        Option<long?> top = NumberOption.Integer("--top", $"Number of images to show. Default: {DefaultTop}.", 1);
        var exact = new Option<bool>("--exact")
        {
            Description = "Compare with every image, even if the index has a graph for faster search",
        };
        OutputOption page = OutputOptions.Html("found", "Write an HTML page with thumbnails");
        var verb = new Verb(
            "search",
            "Find the images of an index that are most similar to a query.",
            "simclr search photos.index query.jpg --top 10",
            "simclr search photos.index query.jpg --html found.html",
            "simclr search photos.index others.npy --row 17 --json",
            "simclr search photos query.jpg --store Host=localhost;Database=photos")
        {
            arguments.Index, query, top, row, exact, page, arguments.Run, arguments.Store, arguments.Set,
        };
        verb.Details =
        [
            "Images are compared by the cosine of their representations. A query image that is in the index is",
            "not among the results. Search is exact up to 25,600,000 numbers (200,000 vectors of 128 numbers, or",
            "50,000 of 512). Above that, a graph finds about 98.5% of the ten nearest images, as measured when it",
            "is built (see 'simclr index info').",
        ];
        return verb.Handle(context =>
        {
            OutputFile? html = context.File(page);
            using ImageCollection index = IndexInputs.Open(
                context, context.Value(arguments.Index), context.Value(arguments.Store));
            index.Exact = context.Value(exact);
            _ = index.Description;
            string typed = context.Value(query);
            SearchQuery wanted = SearchQuery.Resolve(
                context, index, typed, context.Value(row), context.Value(arguments.Run), context.Value(arguments.Set));
            Show(
                context, index, typed, wanted, (int)Math.Min(int.MaxValue / 2, context.Value(top) ?? DefaultTop), html);
        });
    }

    private static void Show(
        CommandContext context, ImageCollection index, string typed, SearchQuery query, int top, OutputFile? html)
    {
        long images = index.CountAsync().GetAwaiter().GetResult();
        bool exact = index.IsExact;   // loads the vectors into memory
        long begin = Stopwatch.GetTimestamp();
        SearchHit[] hits = [.. Find(index, query, top).ToBlockingEnumerable(context.Cancel)];
        double milliseconds = Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
        string summary = string.Create(
            CultureInfo.InvariantCulture,
            $"{hits.Length} of {images:N0} images, nearest first by cosine similarity "
                + $"({(exact ? "exact" : "by the graph")}).");
        html?.Write(Encoding.UTF8.GetBytes(HtmlReport.Html(SearchPage.Create(index.Name, query.Path, summary, hits))));
        context.Result(
            new JsonObject
            {
                ["index"] = index.Name,
                ["query"] = typed,
                ["images"] = images,
                ["exact"] = exact,
                ["milliseconds"] = Math.Round(milliseconds, 3),
                ["results"] = new JsonArray([.. hits.Select(Json)]),
                ["page"] = html?.Path,
            },
            Lines(summary, hits, html));
    }

    private static async IAsyncEnumerable<SearchHit> Find(ImageCollection index, SearchQuery query, int top)
    {
        int given = 0;
        await foreach (VectorSearchResult<ImageRecord> found in index.SearchAsync(query.Vector, top + 1)
            .ConfigureAwait(false))
        {
            if (found.Record.Path != query.Path && given++ < top)
            {
                yield return new SearchHit(
                    found.Record.Path, found.Score ?? 0, found.Record.Width, found.Record.Height, found.Record.Label);
            }
        }
    }

    private static JsonObject Json(SearchHit hit, int place) => new()
    {
        ["rank"] = place + 1,
        ["path"] = hit.Path,
        ["similarity"] = Math.Round(hit.Similarity, 6),
        ["label"] = hit.Label,
        ["width"] = hit.Width,
        ["height"] = hit.Height,
    };

    private static List<string> Lines(string summary, SearchHit[] hits, OutputFile? html)
    {
        List<string> lines = [summary];
        for (int i = 0; i < hits.Length; i++)
        {
            string label = hits[i].Label is { } name ? $"  ({name})" : "";
            lines.Add(string.Create(
                CultureInfo.InvariantCulture, $"{i + 1,4}  {hits[i].Similarity,7:F4}  {hits[i].Path}{label}"));
        }

        lines.AddRange(html is null ? [] : [$"wrote {html.Path}"]);
        return lines;
    }
}

using System.Net;
using System.Text.Json.Nodes;
using SimClr.Augmentation;
using SimClr.Cli.Verbs;
using SimClr.Data;
using SimClr.Encoders;
using SimClr.Evaluation;

namespace SimClr.Tests.Cli;

public sealed class TransferTableTests
{
    private static readonly TransferInputs Request = new(
        "runs/my run",
        "sets",
        [TransferCatalog.Find("cifar10")!, TransferCatalog.Find("voc2007")!],
        AllowPartial: true,
        []);

    private static readonly EvaluationOutcome Said = EvaluationOutcome.FromPredictions(
        ["a", "b"], [0, 1], [0, 1], 2, ["cat", "dog"]);

    [Fact]
    public void The_text_shows_the_papers_numbers_and_marks_incomplete_sets()
    {
        string words = string.Join('\n', Table().Lines("page.html"));
        Assert.Matches(
            @"CIFAR-10\*\s+top-1\s+71\.3\s+70\.0 – 72\.6\s+90\.6\s+95\.3"
                + @"\s+93\.6\s+95\.7\s+97\.7\s+98\.6\s+97\.5\s+98\.3\s+95\.9\s+96\.0",
            words);
        Assert.Matches(
            @"VOC 2007\s+11-point mAP\s+50\.0\s+48\.0 – 52\.0\s+80\.5\s+84\.2\s+82\.8"
                + @"\s+83\.8\s+84\.1\s+86\.6\s+85\.0\s+86\.5\s+67\.3\s+69\.4",
            words);
        Assert.Matches(@"(?m)^\s+lin\s+lin\s+sup\s+sup\s+tuned\s+tuned\s+sup-t\s+sup-t\s+rand\s+rand$", words);
        Assert.Contains("* incomplete set", words);
        Assert.Contains("missing: Pets", words);
        Assert.Contains("7 image(s) could not be read", words);
        Assert.EndsWith("page.html", words);
        Assert.All(words.Split('\n'), line => Assert.InRange(line.Length, 0, 125));
    }

    [Fact]
    public void The_json_has_fractions()
    {
        JsonObject json = Table().Json(null);
        Assert.Equal(["cifar10", "voc2007"], json["sets"]!.AsArray().Select(set => set!["name"]!.GetValue<string>()));
        Assert.Equal("mean_average_precision", json["sets"]![1]!["metric"]!.GetValue<string>());
        Assert.Equal(0.713, json["sets"]![0]!["value"]!.GetValue<double>());
        Assert.Equal(10, json["sets"]![0]!["l2"]!.GetValue<double>());
        Assert.Equal([true, false], json["sets"]!.AsArray().Select(set => set!["partial"]!.GetValue<bool>()));
        Assert.Equal(0.842, json["paper"]![1]!["values"]!["voc2007"]!.GetValue<double>());
        Assert.Equal(["pets"], json["absent"]!.AsArray().Select(set => set!.GetValue<string>()));
        Assert.Null(json["report"]);
    }

    [Fact]
    public void The_page_has_a_row_for_each_set_of_the_paper_and_explains_how_to_reproduce_it()
    {
        string html = WebUtility.HtmlDecode(Table().Html(seconds: 5));
        Assert.All(TransferCatalog.Paper, row => Assert.Contains(row.Name, html));
        Assert.Contains("<strong>98.6%</strong>", html);
        Assert.Contains(">71.3%<", html);
        Assert.Contains("CIFAR-10*", html);
        Assert.Contains("chosen: l2 10;", html);
        Assert.Contains("Missing: Pets.", html);
        Assert.Contains("<h2>Reproduce this run</h2>", html);
        Assert.Contains(
            "simclr evaluate transfer 'runs/my run' --data-root sets --only cifar10,voc2007 --allow-partial --seed 4",
            html);
        Assert.Contains("size: 32", html);
    }

    private static TransferTable Table() => new(
        Request,
        new EncoderOptions { Name = "resnet18" },
        new ViewOptions { Size = 32 },
        [
            new(Request.Only![0], 0.713, new Interval(0.7, 0.726), 0.7, [("l2", 10)], 50_000, 5_000, 7, IsPartial: true)
            {
                Outcome = Said,
            },
            new(Request.Only[1], 0.5, new Interval(0.48, 0.52), 0.5, [("l2", 1)], 5_011, 4_952, 0, IsPartial: false)
            {
                Scores = new MultiLabelScores(["a"], ["cat", "dog"], [1, -1], [0.5f, 0.1f]),
            },
        ],
        [TransferCatalog.Find("pets")!],
        seed: 4);
}

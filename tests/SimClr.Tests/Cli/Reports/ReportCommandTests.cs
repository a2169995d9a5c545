using System.Text.Json;
using SimClr.Cli.Reports;
using SimClr.Tests.Data;

namespace SimClr.Tests.Cli.Reports;

/// <summary><c>simclr report</c> on runs of which only the small files are there.</summary>
public sealed class ReportCommandTests : IDisposable
{
    private const string Record = """
        {"configuration":{"seed":3},
         "data":{"name":"photos <b>","images":24,"classes":2,"fingerprint":"00"},
         "machine":{"system":"Linux","architecture":"X64","cores":2,"device":"cpu","precision":"fp32","threads":1},
         "versions":{"simclr":"0.1.0","runtime":".NET 10","torchsharp":"0.107.0"},
         "total_steps":40}
        """;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void The_page_of_a_run_is_in_its_directory_and_needs_nothing_from_outside()
    {
        string run = Write("one");
        CommandRun report = CommandRun.Of("report", run, "--json");
        string page = (string)report.Json["report"]!;
        Assert.Equal(Path.Join(run, "report.html"), page);
        string html = File.ReadAllText(page);
        Assert.StartsWith(HtmlReport.Beginning, html, StringComparison.Ordinal);
        Assert.DoesNotContain("http", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", html, StringComparison.Ordinal);
        Assert.DoesNotContain("photos <b>", html, StringComparison.Ordinal);
        Assert.DoesNotContain("NaN", html, StringComparison.Ordinal);
        foreach (string text in new[]
        {
            "Training loss", "Contrastive accuracy", "Learning rate", "Norm of the gradient", "Memory of the process",
            "kNN on held-out training images", "Find original", "chance level 6.24", "The run is healthy",
            "stopped, step 40 of 40", "simclr pretrain &#39;photos &lt;b&gt;&#39; --preset", "--seed 3",
        })
        {
            Assert.Contains(text, html, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Several_runs_share_each_chart_and_their_differences_are_listed()
    {
        Write("all/first/run");
        Write("all/second/run");
        folder.Write("all/second/run/run.json", Record.Replace("\"seed\":3", "\"seed\":4", StringComparison.Ordinal));
        string page = folder.PathOf("both.html");
        CommandRun report = CommandRun.Of("report", folder.PathOf("all"), "--out", page, "--json");
        Assert.Equal(2, report.Json["runs"]!.AsArray().Count);
        string html = File.ReadAllText(page);
        Assert.Contains(">first/run<", html, StringComparison.Ordinal);
        Assert.Contains(">second/run<", html, StringComparison.Ordinal);
        Assert.Contains("<td>seed</td>", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Its_own_page_is_replaced_and_no_other_file()
    {
        string run = Write("one");
        Assert.Equal(0, CommandRun.Of("report", run).Code);
        Assert.Equal(0, CommandRun.Of("report", run).Code);
        File.WriteAllText(Path.Join(run, "report.html"), "<html>my notes</html>");
        Assert.Contains("is not replaced", CommandRun.Of("report", run).Refused(2), StringComparison.Ordinal);
        Assert.Equal("<html>my notes</html>", File.ReadAllText(Path.Join(run, "report.html")));
    }

    [Fact]
    public void A_folder_without_runs_is_refused()
    {
        folder.Write("empty/note.txt", "nothing");
        Assert.Contains(
            "there is no run", CommandRun.Of("report", folder.PathOf("empty")).Refused(3), StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_that_has_not_logged_yet_and_a_damaged_file_have_a_page_too()
    {
        folder.Write("young/run.json", Record);
        folder.Write("young/state.json", "{");
        CommandRun report = CommandRun.Of("report", folder.PathOf("young"));
        Assert.Equal(0, report.Code);
        Assert.Contains("warning: ", report.Error, StringComparison.Ordinal);
        string html = File.ReadAllText(folder.PathOf("young/report.html"));
        Assert.Contains("no logged steps yet", html, StringComparison.Ordinal);
        Assert.Contains("Not read: ", html, StringComparison.Ordinal);
    }

    private string Write(string name)
    {
        folder.Write($"{name}/run.json", Record);
        string file = folder.Write(
            $"{name}/metrics.jsonl", string.Concat(Enumerable.Range(1, 4).Select(i => Row(i) + "\n")));
        return Path.GetDirectoryName(file)!;
    }

    private static string Row(int i) => JsonSerializer.Serialize(new Dictionary<string, double>
    {
        ["step"] = 10 * i,
        ["epoch"] = i,
        ["loss"] = 6 - i,
        ["chance_loss"] = 6.2364,
        ["positive_first"] = i / 10.0,
        ["spread_h"] = 0.5,
        ["spread_z"] = 0.6,
        ["learning_rate"] = i / 10.0,
        ["images_per_second"] = 100 + i,
        ["memory"] = 1e9 * i,
        ["gradient_norm"] = i,
        ["knn"] = i / 10.0,
        ["find_original"] = i / 10.0,
    });
}

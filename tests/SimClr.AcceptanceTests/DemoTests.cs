using System.Text.Json;

namespace SimClr.AcceptanceTests;

public sealed class DemoTests
{
    private static readonly string[] Measures =
    [
        "knn", "linear", "linear_10_per_class", "knn_disturbed", "find_original",
    ];

    [Fact]
    public void On_labeled_images_it_measures_three_representations_and_leaves_a_page_that_needs_nothing_else()
    {
        using var folder = new WorkingFolder();
        folder.Images("images", 250, classes: true);   // The minimum from which a part is held out.
        Simclr.Outcome outcome = Simclr.Run(folder.Path, "demo", "images", "--epochs", "1", "--threads", "1", "--json")
            .Succeeded();
        JsonElement json = outcome.Json;
        foreach (string row in new[] { "pixels", "random", "simclr" })
        {
            Assert.All(
                Measures, measure => Assert.InRange(json.GetProperty(row).GetProperty(measure).GetDouble(), 0.0, 1.0));
        }

        Assert.Equal(
            (200, 50), (json.GetProperty("train_images").GetInt32(), json.GetProperty("test_images").GetInt32()));
        Assert.True(json.GetProperty("seconds").GetDouble() > 0);
        string page = File.ReadAllText(folder.PathOf(json.GetProperty("report").GetString()!));
        Assert.DoesNotMatch(@"(src|href)\s*=\s*""(?!data:|#)", page);
        Assert.Contains("data:image/png;base64,", page, StringComparison.Ordinal);
        Assert.Contains("<svg", page, StringComparison.Ordinal);
        Assert.Contains("find original", page, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b", outcome.Output + outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_labels_it_shows_pictures_and_health_and_no_accuracies_and_can_be_run_again()
    {
        using var folder = new WorkingFolder();
        folder.Images("images", 40, classes: false);
        Simclr.Outcome first = Simclr.Run(folder.Path, "demo", "images", "--epochs", "1", "--threads", "1").Succeeded();
        Simclr.Outcome second = Simclr.Run(folder.Path, "demo", "images", "--epochs", "1", "--threads", "1", "--json")
            .Succeeded();
        Assert.Contains("partner ranks first", first.Output, StringComparison.Ordinal);
        Assert.Equal(JsonValueKind.Null, second.Json.GetProperty("simclr").ValueKind);
        Assert.True(File.Exists(folder.PathOf("simclr-demo", "report.html")));
        Assert.True(File.Exists(folder.PathOf("simclr-demo-2", "report.html")));
        Assert.DoesNotContain(
            "accurac",
            File.ReadAllText(folder.PathOf("simclr-demo", "report.html")).Split("<main")[^1],
            StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void A_directory_that_is_not_empty_is_left_alone()
    {
        using var folder = new WorkingFolder();
        Directory.CreateDirectory(folder.PathOf("mine"));
        File.WriteAllText(folder.PathOf("mine", "letter.txt"), "dear");
        Simclr.Outcome outcome = Simclr.Run(folder.Path, "demo", "--out", "mine");
        Assert.Equal(2, outcome.ExitCode);
        Assert.Equal(["letter.txt"], Directory.GetFileSystemEntries(folder.PathOf("mine")).Select(Path.GetFileName));
    }
}

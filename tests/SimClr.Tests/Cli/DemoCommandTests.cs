using System.Text.RegularExpressions;

namespace SimClr.Tests.Cli;

[Collection(ComputeThreadsCollection.Name)]
public sealed class DemoCommandTests(RunFixture fixture) : IClassFixture<RunFixture>
{
    [Fact]
    public void The_advice_for_too_many_unreadable_images_works()
    {
        string[] line = ["demo", fixture.At("flawed"), "--epochs", "1", "--out"];

        string error = CommandRun.Of([.. line, fixture.At("strict")]).Refused(3);
        Assert.Contains("1 of 5 images (20%)", error);
        Assert.EndsWith(" --set data.max_skipped=0.2", error);
        Assert.Contains("broken.png", File.ReadAllText(Path.Combine(fixture.At("strict"), "run", "skipped.jsonl")));

        CommandRun lenient = CommandRun.Of([.. line, fixture.At("lenient"), "--set", "data.max_skipped=0.2"]);
        Assert.Equal(0, lenient.Code);
        Assert.Contains("has 5 images, and at least 250 are needed to hold some out", lenient.Error);
        string report = File.ReadAllText(Path.Combine(fixture.At("lenient"), "report.html"));
        Assert.Contains("--set data.max_skipped=0.2", report);

        // The inlined images may contain any text.
        Assert.DoesNotContain("kNN", Regex.Replace(report, "base64,[A-Za-z0-9+/=]+", ""));
    }

    [Fact]
    public void Settings_fitted_to_the_images_cannot_be_overridden()
        => Assert.Contains(
            "expected a key of the section data",
            CommandRun.Of("demo", fixture.At("flat"), "--out", fixture.At("other"), "--set", "batch.size=4")
                .Refused(2));
}

using System.Text.Json;

namespace SimClr.AcceptanceTests;

/// <summary>Three studies at scale smoke; bench/studies-smoke.sh runs all of them.</summary>
public sealed class StudyTests
{
    [Theory]
    [InlineData("color")]
    [InlineData("map-h-z")]
    [InlineData("few-labels")]
    public void A_study_trains_measures_and_judges_and_does_nothing_the_second_time(string name)
    {
        using var folder = new WorkingFolder();
        JsonElement first = Run();
        Assert.Equal(first.GetProperty("planned_cells").GetInt32(), first.GetProperty("measured_cells").GetInt32());
        Assert.All(
            first.GetProperty("cells").EnumerateArray(),
            cell => Assert.Equal(JsonValueKind.Number, cell.GetProperty("mean").ValueKind));
        Assert.NotEmpty(first.GetProperty("claims").EnumerateArray());

        DateTime[] before = Times();
        JsonElement second = Run();
        Assert.Equal($"{first.GetProperty("cells")}", $"{second.GetProperty("cells")}");
        Assert.Equal($"{first.GetProperty("claims")}", $"{second.GetProperty("claims")}");
        Assert.Equal(before, Times());

        JsonElement Run()
            => Simclr.Run(folder.Path, "study", "run", name, "--scale", "smoke", "--out", "study", "--json")
                .Succeeded().Json;

        DateTime[] Times()
            => [.. Directory.GetFiles(folder.PathOf("study", "cells"), "*.json")
                .Order()
                .Select(File.GetLastWriteTimeUtc)];
    }
}

using System.Text.Json.Nodes;

namespace SimClr.Tests.Cli;

/// <summary>Images that the verb embeds itself.</summary>
[Collection(ComputeThreadsCollection.Name)]
public sealed class GroupsOfImagesTests(RunFixture fixture) : IClassFixture<RunFixture>
{
    [Fact]
    public void A_folder_is_embedded_with_the_given_run()
    {
        JsonObject json = CommandRun.Of(
            "duplicates", fixture.At("train"), "--run", fixture.At("run"), "--threshold", "0.9999999", "--json").Json;

        Assert.Equal(24, (int)json["images"]!);
        Assert.Equal(32, (int)json["dimension"]!);
    }

    [Fact]
    public void Images_that_cannot_be_read_are_counted()
    {
        JsonObject json = CommandRun.Of(
            "cluster", fixture.At("flawed"), "--run", fixture.At("run"), "--k", "2", "--set", "data.max_skipped=0.5",
            "--json").Json;

        Assert.Equal(1, (int)json["skipped_images"]!);
    }

    [Fact]
    public void How_images_are_read_matters_only_where_they_are_embedded()
        => Assert.Contains(
            "--set applies to images that are embedded first; use it with --run",
            CommandRun.Of("cluster", "a.npy", "--set", "data.max_skipped=0.5").Refused(2));

    [Fact]
    public void A_path_without_a_run_is_refused()
        => Assert.Contains("train", CommandRun.Of(
            "map", fixture.At("test"), "--run", fixture.At("train"), "--out", fixture.At("m.html")).Refused(3));
}

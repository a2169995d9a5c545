using System.Formats.Tar;
using System.Text.Json.Nodes;
using SimClr.Tests.Data;

namespace SimClr.Tests.Cli;

/// <summary>
/// Shards give the number of each image's class but not the number of classes, so the parts may have different maxima.
/// </summary>
[Collection(ComputeThreadsCollection.Name)]
public sealed class NumberedClassesTests : IClassFixture<RunFixture>, IDisposable
{
    private readonly RunFixture fixture;
    private readonly TemporaryFolder folder = new();

    public NumberedClassesTests(RunFixture fixture)
    {
        this.fixture = fixture;
        Shard("two.tar", 2);
        Shard("three.tar", 3);
    }

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("knn", "--k", "3")]
    [InlineData("linear", "--epochs", "1")]
    [InlineData("linear", "--fixed-features", "--epochs", "1")]
    [InlineData("logistic")]
    [InlineData("finetune", "--rate", "0.05", "--steps", "1")]
    public void Every_measure_accepts_parts_with_fewer_and_more_classes(string measure, params string[] options)
    {
        foreach ((string train, string test) in new[] { ("two.tar", "three.tar"), ("three.tar", "two.tar") })
        {
            JsonObject json = Run(
                ["evaluate", measure, fixture.At("run"), "--train", Tar(train), "--test", Tar(test), .. options]);
            Assert.Equal(3, json["classes"]!.GetValue<int>());
            Assert.InRange(json["top1"]!.GetValue<double>(), 0, test == "three.tar" ? 8.0 / 12 : 1);
        }
    }

    [Fact]
    public void Validation_images_and_a_supervised_run_accept_parts_with_fewer_and_more_classes()
    {
        string[] sets =
        [
            "evaluate", "finetune", fixture.At("run"), "--train", Tar("two.tar"), "--test", Tar("two.tar"),
            "--validation", Tar("three.tar"),
        ];
        Assert.Equal(
            3, Run([.. sets, "--grid", "thin", "--weight-decay", "0", "--steps", "1"])["classes"]!.GetValue<int>());
        string[] training =
        [
            "supervised", Tar("two.tar"), "--config", fixture.At("tiny.yaml"), "--test", Tar("three.tar"),
            "--out", folder.PathOf("supervised"),
        ];
        Assert.InRange(Run(training)["top1"]!.GetValue<double>(), 0, 8.0 / 12);
    }

    private static JsonObject Run(string[] words) => CommandRun.Of([.. words, "--threads", "1", "--json"]).Json;

    private string Tar(string name) => $"tar:{folder.PathOf(name)}";

    /// <summary>Twelve images, the same number of each class.</summary>
    private void Shard(string name, int classes)
    {
        using var tar = new TarWriter(File.Create(folder.PathOf(name)), TarEntryFormat.Ustar);
        for (int i = 0; i < 12; i++)
        {
            Add($"{i}.png", File.ReadAllBytes(fixture.At($"train/{(i % 2 == 0 ? "red" : "blue")}/{i}.png")));
            Add($"{i}.cls", [(byte)('0' + (i % classes))]);
        }

        void Add(string member, byte[] content)
            => tar.WriteEntry(
                new UstarTarEntry(TarEntryType.RegularFile, member) { DataStream = new MemoryStream(content) });
    }
}

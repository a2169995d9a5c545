using System.Text.Json.Nodes;
using SimClr.Cli;
using SimClr.Data;
using SimClr.Tests.Architecture;
using SimClr.Tests.Data;

namespace SimClr.Tests.Cli;

/// <summary>Files beside images that are left out are reported, once, by every verb that reads images.</summary>
public sealed class OmissionTests(RunFixture fixture) : IClassFixture<RunFixture>
{
    [Theory]
    [InlineData("embed RUN DATA --out NEW.npy")]
    [InlineData("pretrain DATA --out NEW --config CONFIG")]
    [InlineData("index create DATA --run RUN --out NEW.index")]
    [InlineData("data pack DATA --out NEW.pack")]
    [InlineData("augment preview DATA --out NEW.png")]
    [InlineData("duplicates DATA --run RUN --threshold 1")]
    [InlineData("evaluate knn RUN --train DATA --test DATA --k 3")]
    public void Pictures_of_unsupported_formats_are_reported_with_their_counts(string line)
    {
        string data = Folder("passed-over", "red/a.HEIC", "red/b.heic", "blue/c.tif");
        CommandRun run = Run(line, data);
        Assert.Equal(["2 .heic, 1 .tif"], [.. Of(run.Json["passed_over"]!)]);
        string told = Assert.Single(run.Error.Split('\n'), text => text.Contains("ignored", StringComparison.Ordinal));
        Assert.Contains("2 .heic, 1 .tif", told, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_omissions_the_counts_are_zero_and_nothing_is_reported()
    {
        CommandRun run = Run("data pack DATA --out NEW.pack", fixture.At("train"));
        Assert.Empty(run.Json["passed_over"]!.AsObject());
        Assert.Equal(0, (int)run.Json["skipped_folders"]!);
        Assert.DoesNotContain("ignored", run.Error, StringComparison.Ordinal);
        Assert.False(File.Exists($"{run.Json["file"]}.skipped.jsonl"));
    }

    [Theory]
    [InlineData("embed RUN DATA --out NEW.npy", "NEW.npy.skipped.jsonl")]
    [InlineData("pretrain DATA --out NEW --config CONFIG", "NEW/skipped.jsonl")]
    [InlineData("index create DATA --run RUN --out NEW.index", "NEW.index.skipped.jsonl")]
    [InlineData("data pack DATA --out NEW.pack", "NEW.pack.skipped.jsonl")]
    public void An_unlistable_folder_and_a_pipe_are_listed_as_skipped(string line, string list)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "made by calls of Linux");
        string data = Folder("odd");
        OddFiles.MakePipe(Path.Join(data, "red/pipe.jpg"));
        OddFiles.MakeLatin1Folder(data);
        try
        {
            CommandRun run = Run(line, data, out string made);
            Assert.Equal((1, 1), ((int)run.Json["skipped_folders"]!, (int)run.Json["skipped_images"]!));
            Assert.Contains("warning: skipped", run.Error, StringComparison.Ordinal);
            string[] lines = File.ReadAllLines(list.Replace("NEW", made, StringComparison.Ordinal));
            Assert.Equal(2, lines.Length);
            Assert.Contains("caf\uFFFD/\",\"reason\":", lines[0], StringComparison.Ordinal);
            Assert.Contains("it is a named pipe", lines[1], StringComparison.Ordinal);
        }
        finally
        {
            OddFiles.RemoveLatin1Folder(data);
        }
    }

    [Fact]
    public void Joined_parts_list_a_folder_once_and_do_not_count_it_as_an_image()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "made by calls of Linux");
        string data = Folder("joined");
        foreach (string file in Directory.GetFiles(data, "*.png", SearchOption.AllDirectories))
        {
            File.Copy(file, $"{file}.second.png");
            File.Copy(file, $"{file}.third.png");
        }

        OddFiles.MakeLatin1Folder(data);
        try
        {
            string all = Path.Join(data, "all.npy");
            string[] parts = [.. new[] { 1, 2 }.Select(part => $"{Path.Join(data, "all")}.{part}-of-2.npy")];
            _ = CommandRun.Of("embed", fixture.At("run"), data, "--out", all, "--shard", "1/2", "--json").Json;
            _ = CommandRun.Of("embed", fixture.At("run"), data, "--out", all, "--shard", "2/2", "--json").Json;
            Assert.Equal(0, (int)CommandRun.Of(
                "embed", "--join", parts[0], parts[1], "--out", all, "--json").Json["skipped_images"]!);
            Assert.Single(File.ReadAllLines($"{all}.skipped.jsonl"));
        }
        finally
        {
            OddFiles.RemoveLatin1Folder(data);
        }
    }

    [Fact]
    public void The_image_that_keeps_a_set_from_having_labels_is_named()
    {
        string data = Folder("stray");
        File.Copy(fixture.At("flat/0.png"), Path.Join(data, "readme.png"));
        Assert.Contains(
            "note: " + data + ": 'readme.png' is not in a class folder",
            Run("data pack DATA --out NEW.pack", data).Error,
            StringComparison.Ordinal);
        CommandRun knn = CommandRun.Of(
            "evaluate", "knn", fixture.At("run"), "--train", fixture.At("train"), "--test", data);
        Assert.Contains("'readme.png' is not in a class folder", knn.Refused(3), StringComparison.Ordinal);
        Assert.DoesNotContain("note:", knn.Error, StringComparison.Ordinal);
    }

    /// <summary>A verb that opened a set without the context would report nothing.</summary>
    [Fact]
    public void Every_verb_opens_images_through_the_context_that_reports_omissions()
    {
        var opens = MethodCalls.Methods(typeof(CommandLine).Assembly)
            .Where(method => MethodCalls.In(method).Any(
                call => call.Callee.DeclaringType == typeof(DataSets) && call.Callee.Name == nameof(DataSets.Open)))
            .Select(method => method.DeclaringType!.Name);
        Assert.Equal(
            ["BenchImages", "CommandContext", "EmbedBenchmark", "PhotoBenchmark"],
            opens.Distinct().Order(StringComparer.Ordinal));
    }

    private static IEnumerable<string> Of(JsonNode counts)
        => [string.Join(", ", counts.AsObject().Select(count => $"{count.Value} {count.Key}"))];

    private CommandRun Run(string line, string data) => Run(line, data, out _);

    private CommandRun Run(string line, string data, out string made)
    {
        made = fixture.At($"made-{Guid.NewGuid():N}");
        string file = made;
        return CommandRun.Of([.. line.Split(' ').Select(word => word
            .Replace("RUN", fixture.At("run"), StringComparison.Ordinal)
            .Replace("DATA", data, StringComparison.Ordinal)
            .Replace("CONFIG", fixture.At("tiny.yaml"), StringComparison.Ordinal)
            .Replace("NEW", file, StringComparison.Ordinal)), "--json"]);
    }

    /// <summary>Twelve images of two classes, with other files beside them.</summary>
    private string Folder(string name, params string[] others)
    {
        string folder = fixture.At($"{name}-{Guid.NewGuid():N}");
        foreach (string file in Directory.EnumerateFiles(fixture.At("train"), "*.png", SearchOption.AllDirectories)
            .Order()
            .Take(16))
        {
            string copy = Path.Join(folder, Path.GetRelativePath(fixture.At("train"), file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        foreach (string other in others)
        {
            string path = Path.Join(folder, other);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, "x");
        }

        return folder;
    }
}

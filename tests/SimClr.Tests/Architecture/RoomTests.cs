using System.Text.RegularExpressions;

namespace SimClr.Tests.Architecture;

/// <summary>One data flow, one room per step, dependencies in one direction.</summary>
public sealed partial class RoomTests
{
    private static readonly Dictionary<string, string[]> MayUse = new()
    {
        ["Internals"] = [],
        ["Data"] = ["Internals"],
        ["Augmentation"] = ["Data", "Internals"],

        // These four see tensors only.
        ["Layers"] = ["Internals"],
        ["Encoders"] = ["Internals", "Layers"],
        ["Heads"] = ["Internals", "Layers"],
        ["Losses"] = ["Internals"],
        ["Optimizers"] = ["Internals"],

        // An encoder on the processor, without a graph: faster than its modules, and tested against them.
        ["Inference"] = ["Encoders", "Internals", "Layers"],

        // Communication between ranks and their shares of the work; knows nothing of training.
        ["Distributed"] = ["Internals"],
        ["Checkpoints"] = ["Augmentation", "Data", "Encoders", "Internals", "Layers"],
        ["Embeddings"] = ["Augmentation", "Checkpoints", "Data", "Distributed", "Encoders", "Inference", "Internals"],

        // Evaluation sees embeddings and encoders, never the trainer.
        ["Evaluation"] =
        [
            "Augmentation", "Checkpoints", "Data", "Distributed", "Embeddings", "Heads", "Internals", "Layers",
            "Optimizers",
        ],
        ["Search"] = ["Data", "Embeddings", "Internals"],
        ["Clusters"] = ["Embeddings", "Internals", "Search"],
        ["Labels"] =
        [
            "Checkpoints", "Classification", "Clusters", "Data", "Embeddings", "Evaluation", "Internals", "Search",
        ],
        ["Maps"] = ["Embeddings", "Evaluation", "Internals", "Search"],
        ["Duplicates"] = ["Augmentation", "Checkpoints", "Data", "Embeddings", "Internals", "Search"],
        ["Checks"] = ["Data", "Duplicates", "Embeddings", "Evaluation", "Internals", "Labels", "Search"],

        ["Configuration"] =
        [
            "Augmentation", "Checkpoints", "Data", "Encoders", "Heads", "Internals", "Losses", "Optimizers",
        ],
        ["Training"] =
        [
            "Augmentation", "Checkpoints", "Configuration", "Data", "Distributed", "Embeddings", "Encoders",
            "Evaluation", "Heads", "Internals", "Layers", "Losses", "Optimizers",
        ],

        // A classifier that stays: an encoder, a layer on it, and what is known of both.
        ["Classification"] =
        [
            "Augmentation", "Checkpoints", "Data", "Embeddings", "Encoders", "Evaluation", "Heads", "Inference",
            "Internals", "Training",
        ],

        // A program's queries about the machine; the rooms before it use the internals.
        ["Diagnostics"] = ["Distributed", "Internals", "Training"],
    };

    public static TheoryData<string> Rooms => [.. MayUse.Keys];

    [Fact]
    public void Every_folder_of_the_library_is_a_known_room()
    {
        string[] folders = [.. Directory.GetDirectories(Path.Combine(SourceTree.Root, "src", "SimClr"))
            .Select(folder => Path.GetFileName(folder)!)
            .Where(name => name is not ("bin" or "obj" or "buildTransitive"))];
        Assert.Equal(MayUse.Keys.Order(), folders.Order());
    }

    [Theory]
    [MemberData(nameof(Rooms))]
    public void A_room_uses_only_the_rooms_before_it(string room)
    {
        string[] allowed = [.. MayUse[room], room];
        foreach (string file in SourceTree.Files(Path.Combine("src", "SimClr", room)))
        {
            string text = File.ReadAllText(file);
            Assert.Matches($@"namespace SimClr\.{room};", text);
            var used = RoomName().Matches(text).Select(match => match.Groups[1].Value).Where(MayUse.ContainsKey);
            Assert.Empty(used.Except(allowed).Select(other => $"{file} uses {other}"));
        }
    }

    /// <summary>Small stateless helpers; a source that only one package compiles belongs in that package.</summary>
    [Fact]
    public void Shared_sources_are_few_and_shared()
    {
        string[] sources = [.. SourceTree.Files(Path.Combine("src", "Shared")).Select(file => Path.GetFileName(file)!)];
        string[] projects = [.. SourceTree.Files("src", "*.csproj")
            .Where(file => !file.EndsWith("SimClr.csproj", StringComparison.Ordinal))
            .Select(File.ReadAllText)];
        Assert.InRange(sources.Length, 1, 20);
        Assert.All(sources, source => Assert.Contains(
            projects, project => project.Contains($"../Shared/{source}", StringComparison.Ordinal)));
        foreach (string file in SourceTree.Files(Path.Combine("src", "Shared")))
        {
            Assert.Empty(RoomName().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value).Where(
                MayUse.ContainsKey).Except(["Data", "Internals"]));
        }
    }

    [Fact]
    public void The_arrows_have_no_cycle()
    {
        var done = new HashSet<string>();
        while (MayUse.Keys.FirstOrDefault(room => !done.Contains(room) && MayUse[room].All(done.Contains)) is { } next)
        {
            done.Add(next);
        }

        Assert.Equal(MayUse.Keys.Order(), done.Order());
    }

    [Theory]
    [InlineData(@"\bnew Random\(")]
    [InlineData(@"\bRandom\.Shared\b")]
    [InlineData(@"\bDateTime\.(Utc)?Now\b")]
    [InlineData(@"\bConsole\.")]
    [InlineData(@"\bmanual_seed\(")]
    public void The_library_contains_no_banned_calls(string banned)
    {
        var found = SourceTree.Files(Path.Combine("src", "SimClr"))
            .Where(file => Regex.IsMatch(File.ReadAllText(file), banned));
        Assert.Empty(found);
    }

    /// <summary>Algorithm 1 fits on a screen, and the processes that share it are an object, not a condition.</summary>
    [Fact]
    public void The_training_loop_is_short_and_has_no_condition_on_ranks()
    {
        string loop = Path.Combine(SourceTree.Root, "src", "SimClr", "Training", "TrainingLoop.cs");
        Assert.InRange(File.ReadLines(loop).Count(), 1, 99);
        Assert.DoesNotMatch(@"(?i)rank|communicator|world", File.ReadAllText(loop));
        foreach (string step in new[] { "ContrastiveStep.cs", "GradientCacheStep.cs", "SupervisedStep.cs" })
        {
            string text = File.ReadAllText(Path.Combine(SourceTree.Root, "src", "SimClr", "Training", "Steps", step));
            Assert.DoesNotMatch(@"\b(Size|Rank)\s*(==|!=|>|<)|\bAreSeveral\b|\bis\s+(not\s+)?RankedWorld\b", text);
        }

        string resnet = File.ReadAllText(Path.Combine(SourceTree.Root, "src", "SimClr", "Encoders", "ResNet.cs"));
        Assert.DoesNotMatch(@"(?i)\branks?\b|communicator", resnet);
    }

    /// <summary>A folder stays small enough for a reader to survey.</summary>
    [Fact]
    public void No_folder_holds_more_than_25_files()
    {
        string[] roots = ["src", "tests", "samples", "bench"];
        IEnumerable<string> crowded = roots.SelectMany(root => SourceTree.Files(root))
            .GroupBy(file => Path.GetDirectoryName(file)!)
            .Where(folder => folder.Count() > 25)
            .Select(folder => $"{folder.Key} holds {folder.Count()} files; divide it by what they do");
        Assert.Empty(crowded);
    }

    [Fact]
    public void Reports_read_run_directories_and_never_the_trainer()
    {
        foreach (string file in SourceTree.Files(Path.Combine("src", "SimClr.Cli", "Reports")))
        {
            Assert.DoesNotMatch(@"\b(Pretrainer|SimClrModel|Optimizer)\b", File.ReadAllText(file));
        }
    }

    [GeneratedRegex(@"\bSimClr\.([A-Z][A-Za-z]+)")]
    private static partial Regex RoomName();
}

using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using SimClr.Cli;

namespace SimClr.AcceptanceTests;

/// <summary>The README's code and commands, run as written but on less data.</summary>
public sealed partial class ReadmeTests
{
    private static readonly string Root = Find();
    private static readonly string Readme = File.ReadAllText(Path.Combine(Root, "README.md"));

    [Fact]
    public void It_is_short_and_its_links_work()
    {
        Assert.True(Readme.Split('\n').Length < 200);
        foreach (string target in Link().Matches(Readme).Select(match => match.Groups[1].Value))
        {
            Assert.True(
                target.StartsWith("https://", StringComparison.Ordinal) || Path.Exists(Path.Combine(Root, target)),
                target);
        }
    }

    [Fact]
    public void Its_CSharp_is_compiled_here_and_runs()
    {
        string source = File.ReadAllText(Path.Combine(Root, "tests", "SimClr.AcceptanceTests", "ReadmeExample.cs"));
        string compiled = Unindent(source.Split("// <readme>\n")[1].Split("        // </readme>")[0]);
        Assert.Equal(compiled.Trim(), Blocks("csharp").Single().Trim());

        using var folder = new WorkingFolder();
        TextWriter console = Console.Out;
        using var output = new StringWriter();
        try
        {
            Console.SetOut(output);
            Within(folder, ReadmeExample.Run);
        }
        finally
        {
            Console.SetOut(console);
        }

        Assert.Matches(@"kNN accuracy \d\d\.\d ?%", output.ToString());
        Assert.Contains("most like", output.ToString(), StringComparison.Ordinal);
        Assert.True(File.Exists(folder.PathOf("runs", "first", "encoder.safetensors")));
    }

    [Fact]
    public void Its_two_commands_are_the_demo_and_the_tests()
    {
        string first = Blocks("sh").First();
        Assert.StartsWith("dotnet run -c Release --project src/SimClr.Cli -- demo ", first, StringComparison.Ordinal);
        Assert.Contains("\ndotnet test -c Release ", first, StringComparison.Ordinal);
    }

    [Fact]
    public void Its_commands_work_one_after_the_other()
    {
        using var folder = new WorkingFolder();
        folder.Images("photos", 60, classes: false);
        folder.Images(Path.Combine("labeled", "train"), 100, classes: true, first: 100);
        folder.Images(Path.Combine("labeled", "test"), 100, classes: true, first: 300);
        // The content determines the format.
        File.Copy(Directory.EnumerateFiles(folder.PathOf("photos")).First(), folder.PathOf("query.jpg"));
        string[] commands = [.. Blocks("sh").SelectMany(block => block.Split('\n'))
            .Where(line => line.StartsWith("simclr ", StringComparison.Ordinal) && !line.Contains(
                "cifar10", StringComparison.Ordinal))
            .Select(line => line.Split('#')[0].Trim()["simclr ".Length..])];
        Assert.Equal(24, commands.Length);
        Within(folder, () => Assert.All(commands, command =>
        {
            using var said = new StringWriter();
            int code = CommandLine.Run(
                [.. command.Split(' '), .. Shorter(command)], said, said, TestContext.Current.CancellationToken);
            Assert.True(code == 0, $"exit code {code}\n{said}");
        }));

        Assert.True(File.Exists(folder.PathOf("simclr-demo", "report.html")));
        Assert.True(File.Exists(folder.PathOf("views.png")));
        Assert.All(
            [
                "photos.npy", "photos.index", "found.html", "duplicates.html", "clusters.html", "labels.csv",
                "map.html", "encoder.onnx", "animals.simclr", "check.html", "classes.html",
            ],
            file => Assert.True(File.Exists(folder.PathOf(file)), file));
        Assert.True(File.Exists(folder.PathOf("runs", "photos", "encoder.safetensors")));
    }

    // No other test here depends on the current directory: they use full paths or start processes elsewhere.
    private static void Within(WorkingFolder folder, Action action)
    {
        string before = Environment.CurrentDirectory;
        try
        {
            Environment.CurrentDirectory = folder.Path;
            action();
        }
        finally
        {
            Environment.CurrentDirectory = before;
        }
    }

    /// <summary>The same command on 60 small images, in seconds.</summary>
    private static string[] Shorter(string command) => command.Split(' ')[0] switch
    {
        "demo" => ["--epochs", "1", "--threads", "1"],
        "pretrain" when command.Contains("--resume", StringComparison.Ordinal) => [],
        "pretrain" or "supervised" => [
            "--epochs", "1", "--batch-size", "8", "--set", "views.size=16", "--set", "encoder.width=0.0625",
            "--set", "schedule.warmup_epochs=0", "--threads", "1"],
        "evaluate" when Regex.IsMatch(command, "linear|finetune") => ["--epochs", "2", "--threads", "1"],
        "study" when command.Contains(" run ", StringComparison.Ordinal) => ["--dry-run"],   // StudyTests run it.
        "duplicates" => ["--threshold", "0.999999"],   // After so little training, all images are similar.
        _ => [],
    };

    private static IEnumerable<string> Blocks(string language)
        => Regex.Matches(Readme, $"```{language}\n(.*?)```", RegexOptions.Singleline)
            .Select(match => match.Groups[1].Value);

    private static string Unindent(string text)
        => string.Join(
            '\n',
            text.Split('\n').Select(line => line.StartsWith("        ", StringComparison.Ordinal) ? line[8..] : line));

    private static string Find([CallerFilePath] string here = "")
        => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", ".."));

    [GeneratedRegex(@"\]\(([^)#]+)\)")]
    private static partial Regex Link();
}

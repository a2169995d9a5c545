using System.CommandLine;
using System.Text.RegularExpressions;
using SimClr.Cli;
using SimClr.Cli.Outputs;
using SimClr.Tests.Architecture;
using SimClr.Tests.Data;

namespace SimClr.Tests.Cli.Outputs;

/// <summary>
/// Every output of every verb, collected from the verbs themselves: a new output is checked too, or a test fails.
/// </summary>
public sealed class OutputOptionTests : IDisposable
{
    // New or empty folders, a run, or folders whose files are checked one by one.
    private static readonly string[] FolderOutputs =
    [
        "study run --out",
        "demo --out", "pretrain --out", "supervised --out", "evaluate finetune --out",
        "evaluate transfer --predictions", "data download --out", "classify --copy-to", "classify --move-to",
        "export hf --out", "weights get --out",
    ];

    // The help names of values that are not paths.
    private static readonly string[] OtherValues =
    [
        "amount", "CONNECTION", "data.key=value", "i/n", "n", "name", "SET,SET", "section.key=value", "text", "URL",
        "x", "n|auto", "h|z|i",
    ];

    private readonly TemporaryFolder folder = new();

    public static TheoryData<string, string> Outputs => [.. All().Select(output => (output.Verb, output.Option.Name))];

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Every_option_that_names_a_file_to_write_is_an_output_option()
    {
        foreach ((string verb, Option option) in Options("", CommandLine.CreateRoot())
            .Where(pair => pair.Option is Option<string?> or Option<string[]>))
        {
            bool writes = option.Name == "--out" || Regex.IsMatch(option.Description ?? "", @"\b[Ww]rit(e|ten)\b");
            Assert.True(
                option is OutputOption || !writes || FolderOutputs.Contains($"{verb} {option.Name}"),
                $"{verb} {option.Name} writes and is no {nameof(OutputOption)}");
            Assert.True(
                option is OutputOption
                    || CommandInputs.TakesPath(option)
                    || OtherValues.Contains(option.HelpName)
                    || option.Recursive,
                $"{verb} {option.Name}: is {option.HelpName} the name of an input? Then it belongs to "
                    + $"those of {nameof(CommandInputs)}");
        }
    }

    [Fact]
    public void Nothing_but_output_options_opens_files_to_write()
    {
        string[] allowed =
        [
            "OutputFile.cs", "CommandOutputs.cs",
            "FileTransfer.cs", "UndoList.cs",   // New names only.
            "IndexCommand.cs",    // The list beside an index.
            // In separate folders; parts of a checked output.
            "SavedResults.cs", "DemoReport.cs", "HtmlReport.cs", "EmbedInputs.cs",
            // In the directory of a study, which is checked to be one.
            "StudyRecord.cs", "CellRecord.cs", "StudyRunner.cs", "StudyRunCommand.cs",
            "StudyReport.cs", "EvaluationRecords.cs",
            "ChartFile.cs",
        ];
        foreach (string file in SourceTree.Files(Path.Combine("src", "SimClr.Cli"))
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}Bench{Path.DirectorySeparatorChar}")))
        {
            if (!allowed.Contains(Path.GetFileName(file)))
            {
                Assert.DoesNotMatch(
                    @"new OutputFile\(|AtomicFile\.|(?<![A-Za-z])File\.(Write|Append|Create|Copy|Move)"
                        + @"|FileMode\.(Create|Append|OpenOrCreate)",
                    File.ReadAllText(file));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Outputs))]
    public void An_output_that_is_an_input_is_refused_before_anything_is_read(string path, string name)
    {
        (Verb verb, OutputOption output) = Find(path, name);
        foreach (Symbol input in Inputs(verb).Where(input => input != output.MayReplace))
        {
            string file = folder.Write($"same{Path.GetExtension(output.Kind.Example)}", "what was there");
            string error = Run(path, verb, [(output, file), (input, file)]).Refused(2);

            Assert.Contains($"{name}: '{file}' is an input of this command", error);
            Assert.Equal("what was there", File.ReadAllText(file));
        }
    }

    [Theory]
    [MemberData(nameof(Outputs))]
    public void An_output_with_the_extension_of_another_kind_is_refused(string path, string name)
    {
        (Verb verb, OutputOption output) = Find(path, name);
        string photo = folder.Write("photo.jpg", "a photo");

        string error = Run(path, verb, [(output, photo)]).Refused(2);

        Assert.Contains($"{name}: got '{photo}', expected", error);
        Assert.Equal("a photo", File.ReadAllText(photo));
    }

    [Theory]
    [MemberData(nameof(Outputs))]
    public void A_file_that_simclr_did_not_write_is_not_replaced(string path, string name)
    {
        (Verb verb, OutputOption output) = Find(path, name);
        foreach (OutputFormat format in output.Kind.Formats.Where(format => format.IsIn is not null))
        {
            string file = folder.Write($"mine{format.Extensions[0]}", "path,label,note\na.png,cat,typed by hand\n");

            string error = Run(path, verb, [(output, file)]).Refused(2);

            Assert.Contains($"{name}: '{file}' exists and is not {output.Kind.Description}", error);
            Assert.StartsWith("path,label,note", File.ReadAllText(file));
        }
    }

    private static IEnumerable<(string Verb, OutputOption Option)> All()
        => Options("", CommandLine.CreateRoot())
            .Where(pair => pair.Option is OutputOption)
            .Select(pair => (pair.Verb, (OutputOption)pair.Option));

    private static IEnumerable<(string Verb, Option Option)> Options(string path, Command command)
        => command.Options.Select(option => (path.Trim(), option))
            .Concat(command.Subcommands.SelectMany(verb => Options($"{path} {verb.Name}", verb)));

    private static (Verb Verb, OutputOption Output) Find(string path, string name)
    {
        var verb = (Verb)CommandLine.CreateRoot().Parse(path.Split(' ')).CommandResult.Command;
        return (verb, verb.Options.OfType<OutputOption>().Single(option => option.Name == name));
    }

    private static IEnumerable<Symbol> Inputs(Verb verb)
        => [
            .. verb.Arguments.Where(argument => argument.ValueType != typeof(int)),
            .. verb.Options.Where(CommandInputs.TakesPath),
        ];

    /// <summary>
    /// Runs a verb with values for some of its symbols; other required arguments and options get paths that do not
    /// exist.
    /// </summary>
    private CommandRun Run(string path, Verb verb, (Symbol Symbol, string Value)[] values)
    {
        List<string> line = [.. path.Split(' ')];
        foreach (Argument argument in verb.Arguments)
        {
            line.Add(
                values.FirstOrDefault(pair => pair.Symbol.Name == argument.Name && pair.Symbol is Argument).Value
                    ?? folder.PathOf("nothing"));
        }

        if (verb.Options.Any(option => option.Name == "--only"))
        {
            line.AddRange(["--only", "nothing"]);   // A check that fails to refuse shows before minutes of measuring.
        }

        foreach (Option option in verb.Options)
        {
            string? value = values.FirstOrDefault(
                pair => pair.Symbol.Name == option.Name && pair.Symbol is Option).Value;
            if (value is not null || option.Required)
            {
                line.AddRange([
                    option.Name,
                    value ?? folder.PathOf(
                        $"nothing{(option is OutputOption output ? Path.GetExtension(output.Kind.Example) : "")}")]);
            }
        }

        return CommandRun.Of([.. line]);
    }
}

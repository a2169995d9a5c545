using System.Text.Json.Nodes;
using SimClr.Cli;
using SimClr.Cli.Progress;
using SimClr.Training;

namespace SimClr.Tests.Cli;

[Collection(ComputeThreadsCollection.Name)]
public sealed class ConsoleWriterTests(RunFixture fixture) : IClassFixture<RunFixture>
{
    private const string Hostile = "\u001b]0;x\u0007\u009b1m\u202efdp.exe\r\u2028b";

    [Fact]
    public void Training_whose_progress_cannot_be_written_is_finished_and_its_result_printed()
    {
        var output = new StringWriter();
        var error = new FullDisk();

        int code = CommandLine.Run(
            ["pretrain", fixture.At("train"), "--out", fixture.At("unheard"), "--config", fixture.At("tiny.yaml")],
            output,
            error);

        Assert.Equal(0, code);
        Assert.True(error.Tries > 0);
        Assert.Contains("finished 6 steps in 2 epoch(s)", output.ToString());
        Assert.True(File.Exists(Path.Combine(fixture.At("unheard"), "encoder.safetensors")));
    }

    [Theory]
    [InlineData("preset list")]
    [InlineData("preset show demo --json")]
    [InlineData("preset --help")]
    public void Results_that_cannot_be_printed_leave_the_exit_code_and_are_reported_on_standard_error(string line)
    {
        var error = new StringWriter();

        Assert.Equal(0, CommandLine.Run(line.Split(' '), new FullDisk(), error));
        Assert.Equal(
            "warning: not all results could be written to standard output: No space left on device\n",
            error.ToString().ReplaceLineEndings("\n"));
        Assert.Equal(0, CommandLine.Run(line.Split(' '), new FullDisk(), new FullDisk()));
    }

    [Theory]
    [InlineData("pretrain nowhere --out x --verbose", 3)]
    [InlineData("validate nowhere.yaml", 2)]
    [InlineData("preset lists", 2)]
    [InlineData("preset list --seed x", 2)]
    public void Errors_that_cannot_be_written_end_with_their_own_code(string line, int code)
        => Assert.Equal(code, CommandLine.Run(line.Split(' '), new FullDisk(), new FullDisk()));

    [Fact]
    public void A_bar_without_a_terminal_does_not_end_the_work()
    {
        var error = new FullDisk();

        int result = BarDisplay.Show(new ConsoleWriter(error).Drawing, display =>
        {
            display.Training.Report(new PretrainProgress(
                1, 2, 1, 1, 0.1, 5, TimeSpan.Zero, new RunHealth(4.25, 6.2, 0.5, 511, 0.5, 0.9), 0.4));
            return 7;
        });

        Assert.Equal(7, result);
        Assert.True(error.Tries > 0);
    }

    [Fact]
    public void Control_characters_are_escaped_by_number()
    {
        var inner = new StringWriter { NewLine = "\n" };
        var writer = new ConsoleWriter(inner);

        writer.Write($"a\t{Hostile}\n");
        writer.WriteLine("a\tb\nc");
        writer.Write('\u007f');
        writer.Write("é → 猫\r\n".AsSpan());
        writer.Write("ab\u0000c".ToCharArray(), 1, 2);

        Assert.Equal(
            "a\t\\u001b]0;x\\u0007\\u009b1m\\u202efdp.exe\\u000d\\u2028b\na\\u0009b\\u000ac\n\\u007fé → 猫\r\nb\\u0000",
            inner.ToString());
    }

    [Fact]
    public void Escaped_json_keeps_its_meaning()
    {
        var inner = new StringWriter();
        string json = new JsonObject { ["path"] = $"\\{Hostile}\\" }
            .ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

        new ConsoleWriter(inner).Write(json);

        Assert.DoesNotContain(inner.ToString(), TerminalText.IsControl);
        Assert.Equal($"\\{Hostile}\\", JsonNode.Parse(inner.ToString())!["path"]!.GetValue<string>());
    }

    [Fact]
    public void Names_of_files_and_classes_neither_control_the_terminal_nor_begin_a_line()
    {
        string name = $"x{Hostile}\nerror: y.png";
        File.WriteAllText(
            fixture.At("hostile.csv"),
            $"path,label,e0,e1\n\"{name}\",\"{name}\",1,0\n\"2{name}\",\"{name}\",1,0\n3.png,b,0,1\n4.png,b,0.1,1\n");

        foreach (string verb in new[] { "duplicates", "cluster --k 2", "label --suggest 2" })
        {
            CommandRun run = CommandRun.Of(
                [.. verb.Split(' ')[..1], fixture.At("hostile.csv"), .. verb.Split(' ')[1..]]);
            Assert.True(run.Code == 0, run.Error);
            AssertQuiet(run.Output);
            Assert.Contains("\\u000aerror: y.png", run.Output);
        }

        CommandRun made = CommandRun.Of(
            "index", "create", fixture.At("hostile.csv"), "--out", fixture.At("hostile.index"));
        Assert.True(made.Code == 0, made.Error);
        CommandRun found = CommandRun.Of(
            "search", fixture.At("hostile.index"), fixture.At("hostile.csv"), "--row", "2");
        AssertQuiet(found.Output);
        Assert.Contains("\\u000aerror: y.png", found.Output);
        CommandRun missing = CommandRun.Of("embed", fixture.At("run"), $"no{name}", "--out", fixture.At("x.npy"));
        AssertQuiet(missing.Error);
        Assert.Contains("\\u001b", missing.Refused(2));   // With its colon it reads as an unknown kind of data set.
    }

    [Fact]
    public void A_line_break_in_a_name_is_shown_in_errors_and_notes()
    {
        string list = fixture.At("li\nst.csv");
        File.WriteAllText(list, "path,label\nabsent.png,a\n");
        string error = CommandRun.Of("embed", fixture.At("run"), list, "--out", fixture.At("x.npy")).Refused(3);
        Assert.Contains("li\\u000ast.csv, line 2: no file", error);

        string pipe = Path.Combine(Directory.CreateDirectory(fixture.At("line\nbreak")).FullName, "a.gif");
        File.WriteAllText(pipe, "no picture");
        Assert.Contains("line\\u000abreak", CommandRun.Of(
            "embed", fixture.At("run"), Path.GetDirectoryName(pipe)!, "--out", fixture.At("x.npy")).Refused(3));
    }

    /// <summary>
    /// Results, errors, and messages about an interruption: a line break in a name never starts a line of output.
    /// </summary>
    [Fact]
    public void Only_lines_of_the_program_begin_a_line()
    {
        const string name = "a\n  error: b";
        const string shown = "a\\u000a  error: b";
        Assert.Equal($"error: no {shown}\n  say where\n", Reported(new DataException([$"no {name}", "say where"])));
        Assert.Equal($"error: no {shown}\n", Reported(new ConfigurationException($"no {name}")));
        Assert.Equal($"error: {shown}\n", Reported(new IOException(name)));
        Assert.Equal(
            $"interrupted: kept in {shown}\nGo on with: x\n",
            Reported(new StoppedException($"kept in {name}", new OperationCanceledException())
            {
                ResumeHint = "Go on with: x",
            }));

        string file = fixture.At($"{name}.yaml");
        CommandRun run = CommandRun.Of("preset", "copy", "photos", file);
        Assert.Equal($"wrote {fixture.At(shown)}.yaml; use it with --config {fixture.At(shown)}.yaml\n", run.Output);
        run = CommandRun.Of("validate", file);
        Assert.StartsWith(
            $"# {fixture.At(shown)}.yaml is valid. The whole configuration:\nviews:\n  size:", run.Output);
        Assert.DoesNotContain("\\u000a", run.Output[(run.Output.IndexOf('\n') + 1)..]);
        Assert.Single(
            CommandRun.Of("embed", fixture.At("run"), name, "--out", fixture.At("x.npy")).Error.TrimEnd().Split('\n'));
    }

    [Fact]
    public void The_trace_of_an_exception_keeps_its_lines()
    {
        var inner = new StringWriter();
        new ConsoleWriter(inner).WriteLine(new InvalidOperationException("a\nb"));
        Assert.Equal("System.InvalidOperationException: a\nb\n", inner.ToString());
    }

    private static string Reported(Exception error)
    {
        var inner = new StringWriter();
        _ = CommandLine.Report(error, new ConsoleWriter(inner), verbose: false);
        return inner.ToString();
    }

    [Theory]
    [InlineData("a\u001b'b\\", "$'a\\u001b\\'b\\\\'")]
    [InlineData("a\nb", "$'a\\u000ab'")]
    public void Names_with_control_characters_can_be_typed_again(string argument, string typed)
        => Assert.Equal(typed, ShellText.Quote(argument));

    private static void AssertQuiet(string text)
    {
        Assert.DoesNotContain(text, letter => letter != '\n' && letter != '\r' && TerminalText.IsControl(letter));
        Assert.DoesNotContain(text.Split('\n').Skip(1), line => line.StartsWith("error: ", StringComparison.Ordinal));
    }
}

using System.Text.Json.Nodes;
using SimClr.Cli;

namespace SimClr.Tests.Cli;

/// <summary>The results of one command line.</summary>
internal sealed record CommandRun(int Code, string Output, string Error)
{
    /// <summary>Standard output, which must be a single JSON object.</summary>
    public JsonObject Json
    {
        get
        {
            Assert.True(Code == 0, $"exit code {Code}: {Error}");
            return Assert.IsType<JsonObject>(
                JsonNode.Parse(Assert.Single(Output.Split('\n', StringSplitOptions.RemoveEmptyEntries))));
        }
    }

    public static CommandRun Of(params string[] arguments) => Of(new StringWriter(), CancellationToken.None, arguments);

    public static CommandRun Of(StringWriter error, CancellationToken cancel, params string[] arguments)
    {
        var output = new StringWriter();
        int code = CommandLine.Run(arguments, output, error, cancel);
        return new CommandRun(code, output.ToString(), error.ToString());
    }

    /// <summary>
    /// Fails unless the command ended with this code, gave the reason in one clear line, and printed no result.
    /// </summary>
    public string Refused(int code)
    {
        Assert.Equal(code, Code);
        Assert.Equal("", Output);
        Assert.DoesNotContain("   at ", Error);
        Assert.DoesNotContain("Exception", Error);
        string[] lines = Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return Assert.Single(lines, line => line.StartsWith("error: ", StringComparison.Ordinal));
    }
}

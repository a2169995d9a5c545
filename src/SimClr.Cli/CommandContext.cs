using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using SimClr.Cli.Outputs;

namespace SimClr.Cli;

/// <summary>One call of a verb: its arguments, the global options, and where its words go.</summary>
internal sealed class CommandContext(ParseResult arguments, CancellationToken cancel)
{
    private static readonly JsonSerializerOptions OneLine = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Asks to stop where the work can be taken up again.</summary>
    public CancellationToken Cancel { get; } = cancel;

    /// <summary>Whether this process says anything: of several ranks only the first does.</summary>
    public bool Speaks { get; set; } = true;

    /// <summary>Takes progress and remarks.</summary>
    public TextWriter Error => Speaks ? Loud : TextWriter.Null;

    /// <summary>Takes what must be heard of any rank.</summary>
    public TextWriter Loud => arguments.InvocationConfiguration.Error;

    public bool Verbose => arguments.GetValue<bool>(GlobalOptions.Verbose);

    /// <summary>Whether someone watches standard error, so that a progress bar may redraw itself.</summary>
    public bool Watched => ReferenceEquals(Error, Console.Error) && !Console.IsErrorRedirected
        && Environment.GetEnvironmentVariable("TERM") != "dumb";

    public bool Json => arguments.GetValue<bool>(GlobalOptions.Json);

    public long? Seed => arguments.GetValue<long?>(GlobalOptions.Seed);

    public string? Device => arguments.GetValue<string?>(GlobalOptions.Device);

    public int? Threads => (int?)arguments.GetValue<long?>(GlobalOptions.Threads);

    /// <summary>The number given for an option, by the option's name; null if none was.</summary>
    public double? Number(string option) => arguments.GetValue<double?>(option);

    /// <summary>The files that the command writes.</summary>
    public CommandOutputs Outputs { get; } = new(arguments);

    /// <summary>The file that an option asks for, checked before anything was computed; null where it is not given.</summary>
    public OutputFile? File(OutputOption option) => Outputs.Of(option);

    public T? Value<T>(Option<T> option) => arguments.GetValue(option);

    public T Value<T>(Argument<T> argument) => arguments.GetValue(argument)!;

    /// <summary>Whether the user typed this option.</summary>
    public bool Gives(Option option) => arguments.GetResult(option) is { Implicit: false };

    public void Remark(string text) => Error.WriteLine(text);

    /// <summary>Prints what came out: the object with <c>--json</c>, else the words.</summary>
    public void Result(JsonObject json, string words)
    {
        if (Speaks)
        {
            arguments.InvocationConfiguration.Output.WriteLine(Json ? json.ToJsonString(OneLine) : words.TrimEnd('\n'));
        }
    }
}

using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using SimClr.Cli.Outputs;
using SimClr.Data;

namespace SimClr.Cli;

/// <summary>One invocation of a verb: its arguments, the global options, and its output streams.</summary>
internal sealed class CommandContext(ParseResult arguments, CancellationToken cancel)
{
    private const int ShownOmissions = 3;

    /// <summary>The format of results with <c>--json</c>.</summary>
    public static JsonSerializerOptions OneLine { get; } = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    // Keyed by the argument as typed: omissions of a set opened twice, to train and to test, are reported once.
    private readonly Dictionary<string, Omissions> opened = [];

    /// <summary>Requests a stop at a point from which the work can be resumed.</summary>
    public CancellationToken Cancel { get; } = cancel;

    /// <summary>Whether this process writes output; of several ranks, only the first does.</summary>
    public bool WritesOutput { get; set; } = true;

    /// <summary>The stream for progress and notes.</summary>
    public TextWriter Error => WritesOutput ? StandardError : TextWriter.Null;

    /// <summary>The stream for messages that must appear from any rank.</summary>
    public TextWriter StandardError => arguments.InvocationConfiguration.Error;

    public bool Verbose => arguments.GetValue<bool>(GlobalOptions.Verbose);

    /// <summary>Whether standard error is an interactive terminal, on which a progress bar can redraw itself.</summary>
    public bool IsInteractive
        => Error is ConsoleWriter writer && writer.Wraps(Console.Error) && !Console.IsErrorRedirected
            && Environment.GetEnvironmentVariable("TERM") != "dumb";

    public bool Json => arguments.GetValue<bool>(GlobalOptions.Json);

    public long? Seed => arguments.GetValue<long?>(GlobalOptions.Seed);

    public string? Device => arguments.GetValue<string?>(GlobalOptions.Device);

    public int? Threads => (int?)arguments.GetValue<long?>(GlobalOptions.Threads);

    /// <summary>Returns the number given for the named option, or null.</summary>
    public double? Number(string option) => arguments.GetValue<double?>(option);

    /// <summary>The files that the command writes.</summary>
    public CommandOutputs Outputs { get; } = new(arguments);

    /// <summary>
    /// Returns the file named by an option, checked before any computation; null if the option is absent.
    /// </summary>
    public OutputFile? File(OutputOption option) => Outputs.FileFor(option);

    public T? Value<T>(Option<T> option) => arguments.GetValue(option);

    public T Value<T>(Argument<T> argument) => arguments.GetValue(argument)!;

    /// <summary>Whether the user specified this option.</summary>
    public bool IsSpecified(Option option) => arguments.GetResult(option) is { Implicit: false };

    public void WriteNote(string line) => Error.WriteLine(line);

    /// <summary>
    /// Opens a data set and reports the files in it that are left out; <see cref="Result"/> repeats the counts. Every
    /// verb uses this method instead of <see cref="DataSets.Open"/>.
    /// </summary>
    /// <param name="argument">The data argument as typed.</param>
    /// <param name="reading">The options for reading images.</param>
    /// <param name="needsLabels">Whether the verb requires labels and reports their absence itself.</param>
    /// <inheritdoc cref="DataSets.Open" path="/exception"/>
    public ImageDataSet OpenImages(string argument, DataOptions reading, bool needsLabels = false)
    {
        ImageDataSet images = DataSets.Open(argument, reading);
        if (opened.TryAdd(argument, images.Omissions))
        {
            WriteOmissions(images.Name, images.Omissions);
            if (!needsLabels && images.Labels is null && images.NoLabelsReason is { } reason)
            {
                WriteNote($"note: {images.Name}: {reason}; its images are treated as unlabeled");
            }
        }

        return images;
    }

    /// <summary>
    /// Prints the result: the object with <c>--json</c>, otherwise the lines. A line break within a line is part of a
    /// name.
    /// </summary>
    public void Result(JsonObject json, params IEnumerable<string> lines)
    {
        if (opened.Count > 0)
        {
            Omissions all = opened.Values.Aggregate((sum, next) => sum.Merge(next));
            json["passed_over"] = new JsonObject(
                all.UnsupportedFormats.Select(found => KeyValuePair.Create(found.Key, (JsonNode?)found.Value)));
            json["skipped_folders"] = all.Folders.Count;
        }

        foreach (string line in !WritesOutput ? [] : Json ? [json.ToJsonString(OneLine)] : lines)
        {
            arguments.InvocationConfiguration.Output.WriteLine(line);
        }
    }

    private void WriteOmissions(string name, Omissions omissions)
    {
        if (omissions.UnsupportedFormats.Count > 0)
        {
            WriteNote(
                $"note: {name}: ignored {omissions.UnsupportedFormatsText()}, whose formats are not supported; "
                    + "convert them to JPEG or PNG to use them");
        }

        foreach (string note in omissions.Notes)
        {
            WriteNote($"note: {name}: {note}");
        }

        Omission[] all = [.. omissions.Folders, .. omissions.SpecialFiles];
        foreach (Omission omission in all.Take(ShownOmissions))
        {
            WriteNote($"warning: skipped {omission.Path}: {omission.Reason}");
        }

        if (all.Length > ShownOmissions)
        {
            WriteNote($"warning: skipped {all.Length - ShownOmissions} more like these");
        }
    }
}

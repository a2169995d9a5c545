using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using SimClr.Cli.Outputs;
using SimClr.Data;

namespace SimClr.Cli;

/// <summary>One call of a verb: its arguments, the global options, and where its words go.</summary>
internal sealed class CommandContext(ParseResult arguments, CancellationToken cancel)
{
    private const int ShownOmissions = 3;

    private static readonly JsonSerializerOptions OneLine = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    // By what the user typed: a set that is opened twice, to train and to test, is told of once.
    private readonly Dictionary<string, Omissions> opened = [];

    /// <summary>Asks to stop where the work can be taken up again.</summary>
    public CancellationToken Cancel { get; } = cancel;

    /// <summary>Whether this process says anything: of several ranks only the first does.</summary>
    public bool WritesOutput { get; set; } = true;

    /// <summary>Takes progress and remarks.</summary>
    public TextWriter Error => WritesOutput ? StandardError : TextWriter.Null;

    /// <summary>Takes what must be heard of any rank.</summary>
    public TextWriter StandardError => arguments.InvocationConfiguration.Error;

    public bool Verbose => arguments.GetValue<bool>(GlobalOptions.Verbose);

    /// <summary>Whether someone watches standard error, so that a progress bar may redraw itself.</summary>
    public bool IsInteractive => Error is ConsoleWriter writer && writer.Wraps(Console.Error) && !Console.IsErrorRedirected
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
    public OutputFile? File(OutputOption option) => Outputs.FileFor(option);

    public T? Value<T>(Option<T> option) => arguments.GetValue(option);

    public T Value<T>(Argument<T> argument) => arguments.GetValue(argument)!;

    /// <summary>Whether the user typed this option.</summary>
    public bool IsSpecified(Option option) => arguments.GetResult(option) is { Implicit: false };

    public void WriteNote(string line) => Error.WriteLine(line);

    /// <summary>
    /// Opens images, and says what lies among them and is left out; <see cref="Result"/> repeats the numbers. Every verb uses
    /// it instead of <see cref="DataSets.Open"/>.
    /// </summary>
    /// <param name="argument">What the user typed.</param>
    /// <param name="reading">How images are read.</param>
    /// <param name="needsLabels">Whether the verb cannot do without labels, and says itself why there are none.</param>
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

    /// <summary>Prints what came out: the object with <c>--json</c>, else the lines. A line break within one is part of a name.</summary>
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
            WriteNote($"note: {name}: ignored {omissions.UnsupportedFormatsText()}, whose formats are not supported; convert them to JPEG or PNG to use them");
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

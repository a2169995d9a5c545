using System.Globalization;
using SimClr.Data;
using SimClr.Optimizers;
using SimClr.Training;

namespace SimClr.Cli.Commands;

/// <summary>
/// The configuration of a run: defaults (a resumed run: its own), below the preset, the file, each --set and the
/// single options, in this order.
/// </summary>
internal static class PretrainConfiguration
{
    private const string Warmup = "schedule.warmup_epochs";

    /// <summary>How images are to be read, before it is known which preset fits them.</summary>
    public static DataOptions ForReading(CommandContext context, PretrainArguments arguments, RunRecord? before)
        => LayOver(context, arguments, before?.Configuration ?? new PretrainOptions(), context.Value(arguments.Preset)).Data;

    public static PretrainOptions Of(CommandContext context, PretrainArguments arguments, RunRecord? before, ImageDataSet images)
    {
        bool chosen = before is not null || context.Value(arguments.Preset) is not null || context.Value(arguments.Config) is not null;
        string? preset = chosen ? context.Value(arguments.Preset) : FittingPreset.For(images, context);
        PretrainOptions options = LayOver(
            context, arguments, before?.Configuration ?? new PretrainOptions(), preset);
        return options with
        {
            Schedule = context.Value(arguments.Epochs) is { } epochs ? Last(context, arguments, options, (int)epochs) : options.Schedule,
            Batch = context.Value(arguments.BatchSize) is { } size ? Batch((int)size) : options.Batch,
            Precision = context.Value(arguments.Precision) ?? options.Precision,
            Seed = context.Seed ?? options.Seed,
            Device = context.Device ?? options.Device,
            Threads = context.Threads ?? options.Threads,
        };
    }

    private static PretrainOptions LayOver(
        CommandContext context, PretrainArguments arguments, PretrainOptions basis, string? preset)
        => Configuration.LayOver(basis, preset, context.Value(arguments.Config), context.Value(arguments.Set) ?? []);

    /// <summary>A warm-up that --epochs leaves no room for keeps its share of the epochs, unless it was asked for.</summary>
    private static ScheduleOptions Last(CommandContext context, PretrainArguments arguments, PretrainOptions options, int epochs)
    {
        ScheduleOptions schedule = options.Schedule with { Epochs = epochs };
        bool asked = (context.Value(arguments.Set) ?? []).Any(text => text.TrimStart().StartsWith(Warmup, StringComparison.Ordinal));
        if (asked || schedule.WarmupEpochs < epochs)
        {
            return schedule;
        }

        double shorter = Math.Floor(options.Schedule.WarmupEpochs * epochs / options.Schedule.Epochs);
        context.Remark(string.Create(
            CultureInfo.InvariantCulture,
            $"note: {schedule.WarmupEpochs} warm-up epoch(s) do not fit into --epochs {epochs}; warming up for {shorter} (--set {Warmup}=… decides otherwise)"));
        return schedule with { WarmupEpochs = shorter };
    }

    private static BatchOptions Batch(int size)
    {
        try
        {
            return new BatchOptions { Size = size };
        }
        catch (ArgumentOutOfRangeException error)
        {
            throw new ConfigurationException($"--batch-size: {error.Message.Split(" (Parameter")[0]}", error);
        }
    }
}

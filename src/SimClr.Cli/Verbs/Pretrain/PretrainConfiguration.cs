using System.Globalization;
using SimClr.Configuration;
using SimClr.Data;
using SimClr.Optimizers;
using SimClr.Training;

namespace SimClr.Cli.Verbs;

/// <summary>
/// The configuration of a run: the defaults (or those of the resumed run), overridden in this order by the preset, the
/// file, each <c>--set</c>, and the individual options.
/// </summary>
internal static class PretrainConfiguration
{
    private const string Warmup = "schedule.warmup_epochs";

    /// <summary>
    /// Returns the options for reading images before a matching preset is chosen. A resumed run keeps its decoder, if
    /// that is available.
    /// </summary>
    public static DataOptions ReadingOptions(CommandContext context, PretrainArguments arguments, RunRecord? before)
    {
        DataOptions reading = arguments.Configuration.Overlay(context, BaseOptions(before)).Data;
        JpegDecoder? decoder = ChoiceOption.Choice<JpegDecoder>(before?.Machine.Decoder);
        return reading.Decoder == JpegDecoder.Auto && decoder is { } known && ImageDecoder.Has(known)
            ? reading with { Decoder = known }
            : reading;
    }

    public static PretrainOptions Resolve(
        CommandContext context, PretrainArguments arguments, RunRecord? before, ImageDataSet images)
    {
        bool chosen = before is not null || arguments.Configuration.IsSpecified(context);
        string? fitting = chosen ? null : DefaultPreset.ForWithNote(images, context);
        PretrainOptions options = arguments.Configuration.Overlay(context, BaseOptions(before), fitting);
        return options with
        {
            Schedule = context.Value(arguments.Epochs) is { } epochs
                ? WithEpochs(context, arguments, options, (int)epochs)
                : options.Schedule,
            Batch = Batch(context, arguments, options.Batch),
            Precision = ChoiceOption.Choice<Precision>(context.Value(arguments.Precision)) ?? options.Precision,
            AugmentOn = ChoiceOption.Choice<AugmentationPlace>(context.Value(arguments.AugmentOn)) ?? options.AugmentOn,
            OnlineLinear = context.Value(arguments.OnlineLinear) || options.OnlineLinear,
        };
    }

    private static PretrainOptions BaseOptions(RunRecord? before) => before?.Configuration ?? new PretrainOptions();

    /// <summary>
    /// Returns the schedule with a new number of epochs. A warm-up that does not fit is shortened in proportion, unless
    /// it was set explicitly.
    /// </summary>
    private static ScheduleOptions WithEpochs(
        CommandContext context, PretrainArguments arguments, PretrainOptions options, int epochs)
    {
        ScheduleOptions schedule = options.Schedule with { Epochs = epochs };
        if (arguments.Configuration.Assigns(context, Warmup) || schedule.WarmupEpochs < epochs)
        {
            return schedule;
        }

        double shorter = Math.Floor(options.Schedule.WarmupEpochs * epochs / options.Schedule.Epochs);
        context.WriteNote(string.Create(
            CultureInfo.InvariantCulture,
            $"note: {schedule.WarmupEpochs} warm-up epoch(s) do not fit into --epochs {epochs}; warm-up shortened to "
                + $"{shorter} (change it with --set {Warmup}=…)"));
        return schedule with { WarmupEpochs = shorter };
    }

    private static BatchOptions Batch(CommandContext context, PretrainArguments arguments, BatchOptions batch)
    {
        batch = context.Value(arguments.BatchSize) is { } size
            ? Set("--batch-size", () => batch with { Size = (int)size })
            : batch;
        batch = context.Value(arguments.MicroBatch) is { } micro ? batch with { Micro = (int)micro } : batch;
        return context.Value(arguments.Memory) is { } memory
            ? Set("--memory", () => batch with { Memory = memory })
            : batch;
    }

    private static BatchOptions Set(string option, Func<BatchOptions> change)
    {
        try
        {
            return change();
        }
        catch (ArgumentOutOfRangeException error)
        {
            throw new ConfigurationException($"{option}: {error.Message.Split(" (Parameter")[0]}", error);
        }
    }
}

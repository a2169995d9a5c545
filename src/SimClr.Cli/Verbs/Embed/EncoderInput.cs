using SimClr.Checkpoints;
using SimClr.Configuration;
using SimClr.Data;
using SimClr.Diagnostics;
using SimClr.Training;

namespace SimClr.Cli.Verbs;

/// <summary>The encoder that a command line names, and the options for reading images as its run did.</summary>
internal static class EncoderInput
{
    /// <summary>
    /// Loads the encoder of a run or a file onto the device of <c>--device</c>, with the threads of <c>--threads</c>.
    /// </summary>
    /// <exception cref="DataException">There is no encoder.</exception>
    /// <exception cref="ConfigurationException">The device is not available.</exception>
    public static TrainedEncoder Open(CommandContext context, string run)
    {
        string device = ComputeEnvironment.ResolveDevice(context.Device ?? "auto");
        ComputeEnvironment.LimitThreads(context.Threads ?? 0);
        WeightsDownload.Ensure(context, run);   // An index may name weights that this machine does not have.
        return TrainedEncoder.Load(run, device);
    }

    /// <summary>
    /// Returns the options for reading images: those of training, with the changes of <c>--set</c>, or the defaults
    /// without a run.
    /// </summary>
    /// <param name="run">A run directory, an encoder file, or null.</param>
    /// <param name="changes">The values of <c>--set</c>, or null.</param>
    /// <exception cref="ConfigurationException">A change is outside the section <c>data</c>.</exception>
    public static DataOptions ReadingOf(string? run, string[]? changes)
    {
        PretrainOptions basis = run is null ? new PretrainOptions() : RunRecord.ConfigurationOf(new RunDirectory(run));
        return ReadingOption.Overlay(basis, changes, "everything else is fixed by the encoder's run").Data;
    }
}
